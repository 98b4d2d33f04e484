"""Activity page: sentences, filters, pages (P-06)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity import application as activity
from app.activity.application import LogFilter, read_log
from app.activity.application.reading import PAGE
from app.activity.infrastructure.tables import AuditEntry
from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.domain import ConsentBasis
from app.platform.database import db, session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person


def texts(page: str) -> list[str]:
    """Return the sentences on a page, newest first."""
    found = re.findall(r'<p class="log-text">(.*?)</p>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


@pytest.fixture
def told(app: Flask, alice: Person, bob: Person) -> Flask:
    """Add entries: Alice's workflow three days ago, Bob's contact yesterday, a job just now."""
    worker = alice.actor.__class__(
        account_id=alice.actor.account_id, account_name="Agency", role=alice.actor.role
    )
    days = {"workflow_activated": 3, "contact_created": 1, "job_finished": 0}
    with app.app_context():
        with transaction():
            activity.record(alice.actor, "workflow_activated", "workflow", "w-1", name="Win-back")
            activity.record(bob.actor, "contact_created", "contact", 7)
            outcomes = {"ENROLLED": 1173, "VALIDATION_ERROR": 62}
            activity.record(worker, "job_finished", "job", "j-1", name="Win-back", outcomes=outcomes)
        with db.engine.begin() as connection:
            for action, ago in days.items():
                at = datetime.now(UTC) - timedelta(days=ago)
                connection.execute(
                    AuditEntry.__table__.update()
                    .where(AuditEntry.account_id == alice.actor.account_id, AuditEntry.action == action)
                    .values(at=at)
                )
    return app


def test_entries_read_as_sentences_with_links(told: Flask, alice: Person) -> None:
    page = alice.get("/activity").text
    assert "Times are in Europe/Berlin." in page and "(Europe/Berlin)" in page
    assert {
        "Muster finished the enrollment in “Win-back” (1,173 succeeded, 62 failed)",
        "Bob added a contact",
        "Alice activated the workflow Win-back",
        "Alice added Bob as marketer",
        "Alice set up the account “Agency”",
    } <= set(texts(page))
    assert '<a href="/workflows/w-1">Win-back</a>' in page
    assert 'href="/enrollments/j-1"' not in page and 'href="/contacts/7"' not in page  # they don't exist
    assert '<h2 class="log-day-name" id="day-1">Today</h2>' in page
    assert ">Yesterday</h2>" in page


def test_what_is_deleted_is_not_linked(app: Flask, alice: Person) -> None:
    with app.app_context(), acting_for(alice.actor.account_id):
        criteria = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}
        segment = selecting.save_segment(alice.actor, "Reachable", criteria).id
    assert f'the segment <a href="/contacts/segments/{segment}">Reachable</a>' in alice.get("/activity").text
    with app.app_context(), acting_for(alice.actor.account_id):
        selecting.delete_segment(alice.actor, segment)
    assert "Alice deleted the segment “Reachable”" in texts(alice.get("/activity").text)
    for page in ("/activity", "/"):
        assert "/contacts/segments/" not in alice.get(page).text


def test_filter_by_person(told: Flask, alice: Person, bob: Person) -> None:
    assert texts(alice.get(f"/activity?person={bob.actor.user_id}").text) == ["Bob added a contact"]
    by_itself = texts(alice.get("/activity?person=0").text)
    assert by_itself == ["Muster finished the enrollment in “Win-back” (1,173 succeeded, 62 failed)"]


def test_filter_by_kind(told: Flask, alice: Person) -> None:
    assert texts(alice.get("/activity?kind=contacts").text) == ["Bob added a contact"]
    assert texts(alice.get("/activity?kind=workflows").text) == ["Alice activated the workflow Win-back"]


def test_filter_by_action(told: Flask, alice: Person, mallory: Person) -> None:  # P-06
    """What was done is offered in words, by type; the export has the same entries."""
    page = alice.get("/activity?kind=workflow_activated").text
    assert texts(page) == ["Alice activated the workflow Win-back"]
    [group] = re.findall(r'<optgroup label="Workflows">(.*?)</optgroup>', page, re.DOTALL)
    assert re.findall(r">([^<>]+)</option>", group) == ["All workflow activity", "Activated a workflow"]
    assert '<option value="workflow_activated" selected>' in page
    assert "Finished a job" in page and "Win-back" not in mallory.get("/activity").text
    assert "Activated a workflow" not in mallory.get("/activity").text, "only what was done in the account"
    both = f"/activity?kind=contact_created&person={alice.actor.user_id}"
    assert "No matching activity" in alice.get(both).text
    rows = alice.get("/activity/entries.csv?kind=workflow_activated").text.splitlines()
    assert len(rows) == 2 and "Win-back" in rows[1]


def test_filter_by_day_in_the_accounts_zone(told: Flask, alice: Person) -> None:
    from zoneinfo import ZoneInfo

    day = (datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(days=3)).date()
    first = ["Alice activated the workflow Win-back"]
    assert texts(alice.get(f"/activity?from={day}&to={day}").text) == first
    assert texts(alice.get(f"/activity?to={day}").text) == first
    later = texts(alice.get(f"/activity?from={day + timedelta(days=1)}").text)
    assert "Bob added a contact" in later and first[0] not in later


@pytest.mark.parametrize(
    "nonsense",
    [
        "person=x",
        "person=-1",
        "person=99999999999999999999",
        "kind=x",
        "from=31.12.2026",
        "to=0000-00-00",
        "to=9999-12-31",
        "from=0001-01-01",
        "before=x",
        "before=9999999999999999999",
        "after=%F0%9F%98%80",
    ],
)
def test_nonsense_in_the_address_asks_for_nothing(told: Flask, alice: Person, nonsense: str) -> None:
    assert alice.get(f"/activity?{nonsense}").status_code == 200


def test_a_filter_that_fits_nothing_says_so(told: Flask, alice: Person) -> None:
    page = alice.get("/activity?to=2001-01-01").text
    assert "No matching activity" in page
    assert 'href="/activity">Clear filters' in page


def test_paging_goes_through_all_and_back(told: Flask, alice: Person) -> None:
    with told.app_context(), transaction():
        for number in range(2 * PAGE):
            activity.record(alice.actor, "contact_created", "contact", number)
    total = len(_whole_log(told, alice))
    seen: list[list[str]] = []
    address: str | None = "/activity"
    while address:
        page = alice.get(address).text
        seen.append(texts(page))
        address = _link(page, "next")
        last = page
    assert [len(one) for one in seen] == [PAGE, PAGE, total - 2 * PAGE]
    back = alice.get(_link(last, "prev") or "").text
    assert texts(back) == seen[1]
    first = alice.get(_link(back, "prev") or "").text
    assert texts(first) == seen[0]
    assert _link(first, "prev") is None


def test_an_account_sees_its_own_only(told: Flask, mallory: Person, sam: Person) -> None:
    for stranger in (mallory, sam):
        assert "Win-back" not in stranger.get("/activity").text


def test_somebody_who_may_only_look_sees_it_too(told: Flask, vera: Person) -> None:
    assert len(texts(vera.get("/activity").text)) >= 3


def test_names_that_an_entry_does_not_keep_are_looked_up(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        contact_id = contacts.add_contact(
            bob.actor,
            {"email": "j@example.com", "first_name": "Jürgen", "last_name": "Müller"},
            consent_basis=ConsentBasis.OPT_IN,
        )
        kept = session().scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert kept is not None
        assert "Jürgen" not in str(kept.facts), "no personal data in the log itself"
    page = bob.get("/activity").text
    assert "Bob added the contact Jürgen Müller" in texts(page)
    assert f'<a href="/contacts/{contact_id}">Jürgen Müller</a>' in page


def test_an_empty_log_says_what_comes(mallory: Person) -> None:
    page = mallory.get("/activity").text
    assert "No activity yet" in page
    assert "log-filter" not in page, "there is nothing to filter"


def _link(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None


def _whole_log(app: Flask, reader: Person) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    before = None
    with app.app_context():
        while True:
            page = read_log(reader.actor, LogFilter(), before=before)
            entries += page.entries
            before = page.older
            if before is None:
                return entries


@pytest.mark.parametrize(
    ("action", "subject", "facts", "words"),
    [
        ("workflow_activated", "workflow", {}, "activated a workflow"),
        (
            "workflow_renamed",
            "workflow",
            {"name": "B", "before": "A"},
            "renamed the workflow B (formerly “A”)",
        ),
        (
            "file_uploaded",
            "upload",
            {"name": "500.csv", "rows": 500},
            "uploaded the file “500.csv” with 500 rows",
        ),
        (
            "file_reread",
            "upload",
            {"name": "500.csv", "rows": 499, "changed": ["encoding", "header_line"]},
            "changed how the file “500.csv” is read (encoding and header row; now 499 rows)",
        ),
        (
            "file_reread",
            "upload",
            {"name": "500.csv", "rows": 1, "changed": []},
            "changed how the file “500.csv” is read (now 1 row)",
        ),
        (
            "addresses_fixed",
            "upload",
            {"name": "500.csv", "rows": 12},
            "fixed email addresses in the file “500.csv” (12 rows)",
        ),
        (
            "address_fixes_undone",
            "upload",
            {"name": "500.csv"},
            "undid the fixes of email addresses in the file “500.csv”",
        ),
        ("contact_tag_added", "contact", {"tag": "vip"}, "tagged a contact with “vip”"),
        (
            "template_cloned",
            "template",
            {"name": "A", "workflow_name": "B"},
            "created a workflow from the template A named “B”",
        ),
        ("job_started", "job", {"rows": 1250}, "started an enrollment with 1,250 rows"),
        ("job_started", "job", {"rows": 1, "kind": "import"}, "started an import with 1 row"),
        (
            "job_finished",
            "job",
            {"outcomes": {"CREATED": 3, "UPDATED": 4}},
            "finished an import (7 succeeded)",
        ),
        (
            "job_finished",
            "job",
            {"outcomes": {"ENROLLED": 3, "TIMEOUT_ERROR": 2}},
            "finished an enrollment (3 succeeded, 2 failed)",
        ),
        (
            "job_finished",
            "job",
            {"status": "cancelled", "outcomes": {"ENROLLED": 3}},
            "finished an enrollment (canceled, 3 succeeded)",
        ),
        (
            "job_finished",
            "job",
            {"status": "failed"},
            "finished an enrollment (failed: the file couldn’t be read)",
        ),
        (
            "limits_changed",
            "account",
            {"limits": {"unapproved_rows": 50_000, "workflows": None}},
            "updated the limits of the account (rows without approval: 50,000; workflows: default)",
        ),
        (
            "account_changed",
            "account",
            {"changed": ["name", "booking_link"]},
            "updated the account (name, booking page)",
        ),
        ("sample_data_added", "account", {}, "added sample data to the account"),
    ],
)
def test_every_room_says_what_it_records(
    app: Flask, action: str, subject: str, facts: dict[str, Any], words: str
) -> None:
    entry = AuditEntry(action=action, subject=subject, subject_id="7", user_name="Alice", facts=facts)
    with app.test_request_context():
        assert activity.sentence_of(entry).text == f"Alice {words}"

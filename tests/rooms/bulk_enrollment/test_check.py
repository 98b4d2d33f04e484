"""A check before the start: every row's fate in words, nothing written, started with one button (B-22)."""

import re

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.infrastructure.tables import Contact, Tag
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import forecast
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import enroll
from tests.rooms.files.mapping_pages import checked, choices_on, text_of, uploaded
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import EXPORTS
from tests.unit.files.test_exports import FILES

CREATE = {"missing": "create", "consent_basis": "customer"}
MIXED = b"""Name,E-mail,Newsletter
Ann,ann@example.com,yes
Bob,bob@example.com,yes
Cleo,cleo@example.com,no
Ann again,ANN@example.com,yes
Nobody,,yes
Dan,dan@@example.com,yes
Eve,eve@example.com,yes
Fay,fay@example.com,yes
"""


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def count(app, *tables):
    with app.app_context():
        session().expire_all()
        query = [sa.select(sa.func.count()).select_from(table) for table in tables]
        return [session().execute(one, execution_options={"cross_account": True}).scalar() for one in query]


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_nine_exports_come_out_as_they_were_counted(bob, workflow, run_tasks, name):
    rows, good, duplicates, faulty, withheld, _ = FILES[name]
    unwilling = withheld - 1 if withheld else 0  # one of them stands in the file twice
    check = checked(bob, uploaded(bob, workflow, (EXPORTS / name).read_bytes(), name), **CREATE)
    run_tasks()
    expected = {
        "ENROLLED": good - unwilling,
        "DUPLICATE_IN_SELECTION": duplicates,
        "VALIDATION_ERROR": faulty,
        "CONTACT_BLOCKED": unwilling,
    }
    page = bob.get(check).text
    assert forecast(page) == {code: figure for code, figure in expected.items() if figure}
    some = f", including {unwilling} who can’t be contacted" if unwilling else ""
    assert f"This creates {good} new contacts{some}." in text_of(page)
    assert f"{rows} rows" in text_of(page)


def test_every_kind_of_row_is_told_with_examples(app, bob, workflow, run_tasks):
    bob_id = add(app, bob.actor, "bob@example.com")
    enroll(app, bob.actor, workflow, [bob_id])
    gone = add(app, bob.actor, "eve@example.com")
    bob.post(f"/contacts/{gone}/unsubscription")
    check = checked(bob, uploaded(bob, workflow, MIXED), **CREATE)
    run_tasks()
    page = bob.get(check).text
    words = text_of(page)
    assert "2 people will be added to Win-back." in words
    assert "This creates 3 new contacts, including 1 who can’t be contacted." in words
    assert forecast(page) == {
        "ENROLLED": 2,
        "VALIDATION_ERROR": 2,
        "DUPLICATE_IN_SELECTION": 1,
        "CONTACT_BLOCKED": 2,
        "ALREADY_ENROLLED": 1,
    }
    assert "row 6, line 7 dan@@example.com The address has two @ signs." in words
    assert "row 4, line 5 ANN@example.com Duplicate of row 1 (kept)." in words
    assert "row 3, line 4 cleo@example.com The file says this person has opted out." in words
    assert "row 7, line 8 eve@example.com This person has unsubscribed." in words
    assert "row 2, line 3 bob@example.com Already in this workflow." in words


def test_nothing_is_written_that_anybody_sees(app, bob, workflow, run_tasks):
    before = count(app, Contact, Enrollment, Tag, AuditEntry)
    check = checked(bob, uploaded(bob, workflow, MIXED), tags="spring", **CREATE)
    run_tasks()
    assert forecast(bob.get(check).text)["ENROLLED"] == 4
    after = count(app, Contact, Enrollment, Tag, AuditEntry)
    assert after == [*before[:3], before[3] + 1], "one entry tells of the uploaded file"
    assert "people.csv" not in bob.get("/enrollments").text


def test_the_page_asks_again_until_the_check_is_done(bob, workflow, run_tasks):
    check = checked(bob, uploaded(bob, workflow, MIXED), **CREATE)
    page = bob.get(check).text
    assert re.search(r'<div id="check"[^>]*hx-trigger="every 1s"', page)
    assert "http-equiv" in page, "without JavaScript the page looks again by itself"
    assert re.search(r'<div id="check"[^>]*hx-trigger', bob.htmx("get", check).text)
    run_tasks()
    done = bob.htmx("get", check).text
    assert done.lstrip().startswith('<div id="check"') and "every 1s" not in done
    assert "http-equiv" not in bob.get(check).text


def test_starting_it_does_what_was_said(app, bob, workflow, run_tasks):
    check = checked(bob, uploaded(bob, workflow, MIXED), tags="spring", **CREATE)
    run_tasks()
    said = forecast(bob.get(check).text)
    assert "Add 4 people" in text_of(bob.get(check).text)
    started, again = bob.post(f"{check}/start"), bob.post(f"{check}/start")
    assert started.status_code == 303
    assert again.headers["Location"] == started.headers["Location"]
    run_tasks()
    with app.app_context():
        [job] = session().scalars(sa.select(EnrollmentJob), execution_options={"cross_account": True}).all()
    assert job.expected == said
    assert started.headers["Location"] == f"/enrollments/{job.public_id}"
    assert bob.get(check).headers["Location"].endswith(started.headers["Location"])
    assert bob.htmx("get", check).headers["HX-Redirect"].endswith(started.headers["Location"])


def test_changing_something_begins_with_what_was_chosen(alice, bob, workflow):
    address = uploaded(bob, workflow, MIXED)
    chosen = CREATE | {
        "tags": "spring, fair",
        "existing": "fill",
        "batch_size": "50",
        "column-0": "first_name",
    }
    check = checked(bob, address, **chosen)
    [back] = re.findall(r'href="([^"]+\?check=[^"]+)"', bob.get(check).text)
    kept = choices_on(bob.get(back).text)
    assert {name: kept[name] for name in chosen} == chosen
    assert choices_on(alice.get(back).text)["tags"] == "spring, fair"
    foreign = alice.get(f"{address}?check={workflow}").text
    assert choices_on(foreign)["tags"] == ""


def test_a_workflow_that_was_paused_meanwhile(app, bob, workflow, run_tasks):
    check = checked(bob, uploaded(bob, workflow, MIXED), **CREATE)
    run_tasks()
    with app.app_context():
        workflows.pause(bob.actor, workflow)
    refused = bob.post(f"{check}/start")
    assert refused.status_code == 409
    assert "Not started Nobody can be added to “Win-back” now. It is paused." in text_of(refused.text)
    assert f'action="{check}/activation"' in refused.text
    asked = bob.post(f"{check}/activation")
    assert asked.status_code == 409
    assert "Activate anyway" in asked.text and "/settings/integrations" in asked.text
    answer = bob.post(f"{check}/activation", {"confirmed": "1"})
    assert answer.headers["Location"].endswith(check)
    assert bob.post(f"{check}/start").status_code == 303


def test_only_the_account_sees_it_and_viewers_start_nothing(bob, vera, mallory, workflow, run_tasks):
    check = checked(bob, uploaded(bob, workflow, MIXED), **CREATE)
    run_tasks()
    for address in (check, f"{check}/start", f"{check}/activation"):
        assert mallory.browser.open(address, method="GET" if address == check else "POST").status_code == 404
    assert vera.post(f"{check}/start").status_code == 403
    assert vera.post(f"{check}/activation").status_code == 403
    page = vera.get(check)
    assert page.status_code == 200
    assert f"{check}/start" not in page.text


def test_cells_are_shown_as_text(bob, workflow, run_tasks):
    attack = b'E-mail\n"<script>alert(1)</script>"\nann@example.com\n'
    check = checked(bob, uploaded(bob, workflow, attack), **CREATE)
    run_tasks()
    page = bob.get(check).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page

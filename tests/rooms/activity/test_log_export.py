"""The activity log of one thing, in a long log, and as a file (P-06)."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity import application as activity
from app.activity.application import LogFilter, exporting
from app.activity.infrastructure.queries import audit_entries, people_in_log
from app.activity.infrastructure.tables import AuditEntry
from app.platform.clock import now
from app.platform.database import db, is_sqlite, session, transaction
from app.platform.tenancy import acting_for
from app.platform.text.spreadsheet_safe import unguarded
from tests.people import Person
from tests.services.statements import listening


def exported(person: Person, query: str = "") -> list[list[str]]:
    answer = person.get(f"/activity/entries.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_log_of_one_thing(app: Flask, alice: Person, bob: Person, mallory: Person) -> None:  # P-06
    with app.app_context(), transaction():
        for person, action in ((alice, "workflow_activated"), (bob, "workflow_paused")):
            activity.record(person.actor, action, "workflow", "w-1", name="Win-back")
        activity.record(alice.actor, "workflow_activated", "workflow", "w-2", name="Welcome")
    page = alice.get("/activity").text
    link = re.search(r'class="log-only" href="([^"]+w-1)"', page)
    assert link
    page = alice.get(link[1]).text
    assert "Only activity about <strong>Win-back</strong>" in page
    assert "paused the workflow" in page and "Welcome" not in page
    assert 'name="about" value="workflow:w-1"' in page, "other filters narrow it down"
    assert "Only activity about one item" in mallory.get(link[1]).text
    assert "Welcome" in alice.get("/activity?about=nothing:w-1").text, "what nobody knows is ignored"
    assert len(exported(alice, f"?about=workflow:w-1&person={bob.actor.user_id}")) == 2


def test_the_export_holds_what_the_page_shows_and_is_recorded(
    app: Flask, alice: Person, vera: Person, mallory: Person
) -> None:  # P-06, T-21
    with app.app_context(), transaction():
        activity.record(alice.actor, "workflow_activated", "workflow", "w-1", name='=HYPERLINK("http://x")')
    rows = exported(vera, "?kind=workflows")
    assert rows[0] == list(exporting.HEADER)
    [(at, *cells)] = rows[1:]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at)
    said = 'Alice activated the workflow “=HYPERLINK("http://x")”'
    assert cells == ["Alice", said, "workflow_activated", "workflow", "w-1", "127.0.0.1"]
    assert "Vera exported the activity log" in re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    with app.app_context(), acting_for(alice.actor.account_id):
        assert audit_entries(alice.actor.account_id)[0].facts == {"filters": {"kind": "workflows"}}
    assert "Alice" not in str(exported(mallory)), "nobody else's"


def test_cells_are_safe_in_a_spreadsheet(app: Flask, alice: Person) -> None:  # P-06
    with app.app_context(), transaction():
        activity.record(alice.actor, "file_uploaded", "upload", "=1+1", name="a.csv", rows=1)
    ids = [row[5] for row in exported(alice)]
    assert "'=1+1" in ids and unguarded("'=1+1") == "=1+1"


@pytest.fixture
def long_log(app: Flask, alice: Person, bob: Person) -> tuple[Flask, int]:
    """3,000 entries of Alice, Bob, and the system, in an order of times that is not that of ids."""
    begun = now() - timedelta(days=30)
    rows: list[dict[str, Any]] = [
        {
            "account_id": alice.actor.account_id,
            "at": begun + timedelta(minutes=number * 7 % 3_000),
            "user_id": (alice.actor.user_id, bob.actor.user_id, None)[number % 3],
            "user_name": ("Alice", "Bob", "Muster")[number % 3],
            "action": ("contact_created", "workflow_edited", "job_started", "contacts_tagged")[number % 4],
            "subject": ("contact", "workflow", "job", "bulk_action")[number % 4],
            "subject_id": str(number % 50),
            "facts": {},
            "origin": "worker",
        }
        for number in range(3_000)
    ]
    with app.app_context(), transaction():
        session().execute(sa.insert(AuditEntry), rows)
    return app, alice.actor.account_id


def test_every_filter_pages_through_all_in_order(long_log: tuple[Flask, int], bob: Person) -> None:  # P-06
    app, account_id = long_log
    with app.app_context(), acting_for(account_id):
        everything = audit_entries(account_id, limit=10_000)
        assert everything == sorted(everything, key=lambda one: (one.at, one.id), reverse=True)
        since, until = everything[2_000].at, everything[500].at
        for wanted, meets in (
            (LogFilter(user_id=bob.actor.user_id), lambda one: one.user_id == bob.actor.user_id),
            (
                LogFilter(user_id=0, subjects=("contact", "bulk_action")),
                lambda one: one.user_id is None and one.subject in ("contact", "bulk_action"),
            ),
            (
                LogFilter(user_id=bob.actor.user_id, action="job_started"),
                lambda one: (one.user_id, one.action) == (bob.actor.user_id, "job_started"),
            ),
            (LogFilter(about=("job", "2")), lambda one: (one.subject, one.subject_id) == ("job", "2")),
            (LogFilter(since=since, until=until), lambda one: since <= one.at < until),
        ):
            ids = [one.id for one in everything if meets(one)]
            assert len(ids) > 10
            paged, last = [], None
            while page := audit_entries(account_id, wanted, before=last, limit=400):
                paged += [one.id for one in page]
                last = page[-1].id
            assert paged == ids
            newer = audit_entries(account_id, wanted, after=ids[9], limit=5)
            assert [one.id for one in newer] == ids[4:9]
        assert people_in_log(account_id) == [
            (people_id(everything, "Alice"), "Alice"),
            (bob.actor.user_id, "Bob"),
            (0, "Muster"),
        ]
    assert len(exported(bob)) == 1 + len(everything) + 1, "in slices, with the entry about the export"


def people_id(entries: Any, name: str) -> int:
    return next(one.user_id for one in entries if one.user_name == name)


def test_every_filter_has_an_index_that_gives_the_order(long_log: tuple[Flask, int]) -> None:  # P-06
    app, account_id = long_log
    with app.app_context(), acting_for(account_id):
        for wanted, columns in (
            (LogFilter(), ""),
            (LogFilter(since=now() - timedelta(days=29), until=now()), ""),
            (LogFilter(user_id=0), "user_id_"),
            (LogFilter(user_id=1), "user_id_"),
            (LogFilter(subjects=("job", "contact")), "subject_"),
            (LogFilter(user_id=1, subjects=("job",)), "user_id_subject_"),
            (LogFilter(about=("job", "2")), "subject_subject_id_"),
            (LogFilter(action="job_started"), "action_"),
            (LogFilter(user_id=1, action="job_started"), "user_id_action_"),
        ):
            with listening(lambda statement: "LIMIT" in statement) as heard:
                audit_entries(account_id, wanted, before=10**9, limit=51)
            plan = _plan(*heard[-1])
            assert f"ix_audit_entries_account_id_{columns}at_id" in plan, (wanted, plan)
            assert "Seq Scan" not in plan and "SCAN audit_entries" not in plan, (wanted, plan)


def _plan(statement: str, values: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"
    with db.engine.connect().execution_options(cross_account=True) as connection:
        connection.exec_driver_sql("ANALYZE audit_entries")
        return "\n".join(
            str(tuple(row)) for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        )

"""Home page: first steps, running jobs, jobs that need attention, key figures."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.bulk_enrollment.domain.selection import ManualSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person
from tests.rooms.engine.enrolled import count_again


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def add(app: Flask, *rows: Any) -> None:
    with app.app_context(), transaction():
        session().add_all(rows)
        session().flush()


def workflow(person: Person, **values: Any) -> Workflow:
    facts = {"account_id": person.actor.account_id, "created_by": person.actor.user_id, "name": "Win-back"}
    return Workflow(**facts | {"definition": {"format": 1, "steps": []}} | values)


def job(person: Person, **values: Any) -> EnrollmentJob:
    facts = {
        "account_id": person.actor.account_id,
        "created_by": person.actor.user_id,
        "selection": ManualSelection(("1",)),
    }
    return EnrollmentJob(**facts | values)


def test_an_empty_account_shows_the_first_step(alice: Person) -> None:
    page = alice.get("/").text
    assert "Three steps to your first campaign" in page
    assert "0 of 3 done" in page
    assert '<a class="btn btn-primary" href="/templates">Browse templates</a>' in page
    assert page.count("btn-primary") == 1
    assert 'class="stats"' not in page, "no row of noughts"


def test_steps_are_ticked_off_as_they_are_done(app: Flask, alice: Person) -> None:
    draft = workflow(alice, public_id="019a0000-0000-7000-8000-000000000001")
    add(app, draft)
    page = alice.get("/").text
    assert "1 of 3 done" in page
    assert f'href="/workflows/{draft.public_id}">Open your draft</a>' in page
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        found = session().get_one(Workflow, draft.id)
        found.status, found.active_version_id = "active", 1
    page = alice.get("/").text
    assert "2 of 3 done" in page
    assert f'href="/workflows/{draft.public_id}/enroll">Add people</a>' in page
    add(app, job(alice, workflow_id=draft.id, status="completed", finished_at=datetime.now(UTC)))
    page = alice.get("/").text
    assert "Three steps" not in page
    assert "New workflow</a>" in page


def test_sample_data_tick_nothing_off(app: Flask, alice: Person) -> None:
    add(app, workflow(alice, created_by=None, status="active", active_version_id=1))
    add(app, job(alice, created_by=None, status="completed", workflow_id=1))
    assert "0 of 3 done" in alice.get("/").text


def test_key_figures(app: Flask, alice: Person, mallory: Person) -> None:
    for person, count in ((alice, 3), (mallory, 5)):
        mine = workflow(person, status="active")
        add(app, mine, workflow(person, status="draft"))
        people = [
            Contact(
                account_id=person.actor.account_id,
                email=f"{number}@example.com",
                email_key=f"{number}@example.com",
            )
            for number in range(count)
        ]
        add(app, *people)
        add(
            app,
            *(
                Enrollment(
                    account_id=person.actor.account_id,
                    workflow_id=mine.id,
                    version_id=1,
                    contact_id=contact.id,
                    status="withdrawn" if contact is people[0] else "held",
                    source="bulk_enrollment",
                )
                for contact in people
            ),
        )
        with app.app_context(), transaction():
            count_again(person.actor.account_id)
    text = plain(alice.get("/").text)
    assert "Contacts 3 3 can be contacted Active workflows 1 of 2 workflows People in workflows 2" in text
    text = plain(mallory.get("/").text)
    assert "Contacts 5 5 can be contacted Active workflows 1 of 2 workflows People in workflows 4" in text


def test_what_runs_has_a_bar_and_is_asked_for_again(app: Flask, alice: Person) -> None:
    mine = workflow(alice, status="active")
    add(app, mine)
    running = job(alice, workflow_id=mine.id, status="processing", total=1000, started_at=datetime.now(UTC))
    add(app, running)
    common = {"account_id": alice.actor.account_id, "job_id": running.id}
    add(
        app,
        EnrollmentBatch(
            **common, number=1, first_row=1, last_row=250, status="completed", succeeded=240, failed=10
        ),
        EnrollmentBatch(**common, number=2, first_row=251, last_row=1000, status="pending"),
    )
    page = alice.get("/").text
    assert 'value="25.0"' in page
    assert "250 of 1,000 rows, 10 rows failed" in plain(page)
    assert 'hx-get="/home/work"' in page
    part = alice.htmx("GET", "/home/work").text
    assert part.strip().startswith('<div id="work"')
    assert "<html" not in part and "hx-partial" not in part


def test_the_end_of_the_work_brings_the_figures_along(app: Flask, alice: Person) -> None:
    add(app, workflow(alice, status="active"))
    part = alice.htmx("GET", "/home/work").text
    assert "hx-trigger" not in part
    assert '<hx-partial hx-target="#figures"' in part and "of 1 workflow<" in part


def test_when_nothing_runs_nothing_is_asked_for_again(app: Flask, alice: Person) -> None:
    add(app, workflow(alice))
    page = alice.get("/").text
    assert "Nothing is in progress" in page
    assert "Nothing needs attention" in page
    assert "/home/work" not in page


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        (
            {"ENROLLED": 90, "VALIDATION_ERROR": 10},
            "90 people were added. 10 rows need fixing.",
        ),
        (
            {"ENROLLED": 1, "VALIDATION_ERROR": 1},
            "1 person was added. 1 row needs fixing.",
        ),
        (
            {"ENROLLED": 90, "VALIDATION_ERROR": 4, "DATABASE_ERROR": 6},
            "90 people were added. 10 rows failed, 4 of them need fixing.",
        ),
    ],
)
def test_what_ended_with_failures_needs_somebody(
    app: Flask, alice: Person, totals: dict[str, int], words: str
) -> None:
    mine = workflow(alice, status="active")
    add(app, mine)
    over = ended(alice, mine, totals)
    add(app, over)
    add(app, batch_of(over, totals))
    assert words in plain(alice.get("/").text)


def test_it_needs_nobody_once_it_was_tried_again_or_is_long_ago(app: Flask, alice: Person) -> None:
    mine = workflow(alice, status="active")
    add(app, mine)
    totals = {"ENROLLED": 9, "VALIDATION_ERROR": 1}
    first = ended(alice, mine, totals)
    old = ended(alice, mine, totals, finished_at=datetime.now(UTC) - timedelta(days=15))
    add(app, first, old)
    assert "Nothing needs attention" not in alice.get("/").text
    add(app, job(alice, workflow_id=mine.id, status="completed", parent_job_id=first.id))
    assert "Nothing needs attention" in alice.get("/").text


def test_a_file_that_could_not_be_read_says_why(app: Flask, alice: Person) -> None:
    why = "Row 17 cannot be read."
    add(
        app,
        workflow(alice),
        job(alice, kind="import", status="failed", failure=why, finished_at=datetime.now(UTC)),
    )
    assert why in plain(alice.get("/").text)


def test_nobody_sees_another_accounts_work(app: Flask, alice: Person, mallory: Person) -> None:
    mine = workflow(alice, status="active", name="Secret plan")
    add(app, mine, job(alice, workflow_id=1, status="processing", total=10))
    assert "Secret plan" not in mallory.get("/").text
    assert "Nothing is in progress" not in mallory.get("/").text, "the account is empty"


def test_somebody_who_may_only_look_is_offered_nothing_else(app: Flask, vera: Person, alice: Person) -> None:
    page = vera.get("/").text
    assert "Three steps" not in page
    assert "Nothing here yet" in page
    assert "btn-primary" not in page
    add(app, workflow(alice, status="active"))
    page = vera.get("/").text
    assert "Active workflows" in page
    assert "New workflow</a>" not in page


def test_what_happened_lately_is_told(app: Flask, alice: Person) -> None:
    add(app, workflow(alice))
    alice.post("/settings", {"account_name": "Sommer", "time_zone": "Europe/Berlin", "country": "DE"})
    assert "Alice updated the account “Sommer” (name) just now" in plain(alice.get("/").text)


def ended(person: Person, mine: Workflow, totals: dict[str, int], **values: Any) -> EnrollmentJob:
    facts = {
        "workflow_id": mine.id,
        "status": "completed_with_errors",
        "total": sum(totals.values()),
        "totals": totals,
        "started_at": datetime.now(UTC),
        "finished_at": datetime.now(UTC),
    }
    return job(person, **facts | values)


def batch_of(of: EnrollmentJob, totals: dict[str, int]) -> EnrollmentBatch:
    done = totals["ENROLLED"]
    return EnrollmentBatch(
        account_id=of.account_id,
        job_id=of.id,
        number=1,
        first_row=1,
        last_row=of.total,
        status="completed",
        succeeded=done,
        failed=of.total - done,
        outcomes=totals,
    )

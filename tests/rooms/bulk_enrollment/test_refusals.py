"""A no to messages in a file counts also if its row, or its whole batch, fails (W-06, W-08, B-10, B-11)."""

from datetime import timedelta

import psycopg
import pytest
from flask import Flask

from app.bulk_enrollment.application.jobs.failing import WAITS_FOR_CONSENT
from app.contacts import application as contacts
from app.platform.clock import now
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.bulk_enrollment.test_batches import REFUSE
from tests.rooms.bulk_enrollment.test_retry import PASSING, impatient
from tests.rooms.bulk_enrollment.trial import Trial, trigger
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database

NUMBERS = ("+4915112345670", "+4915112345671", "+4915112345672", "+4915112345673")
MAPPING = {"0": "email", "1": "phone", "2": "sms_consent", "3": "consent"}
FILE = "\n".join(
    [
        "Email,Phone,SMS consent,Newsletter",
        f"ann@example.com,{NUMBERS[0]},no,yes",
        f"ben@example.com,{NUMBERS[1]},,unsubscribed",
        f"cleo@example.com,{NUMBERS[2]},yes,yes",
        f"new@example.com,{NUMBERS[3]},no,yes",
        "",
    ]
)
KEPT = ([False, None, None, False], ["active", "unsubscribed", "active"])
NOTHING_KEPT = ([None] * 4, ["active"] * 3)


@pytest.fixture
def workflow(app: Flask, bob: Person) -> str:
    for name, number in zip(("ann", "ben", "cleo"), NUMBERS, strict=False):
        add(app, bob.actor, f"{name}@example.com", phone=number)
    return active(app, bob.actor)


def started(trial: Trial, workflow: str | None, **choices: object) -> str:
    return trial.started(FILE, workflow, mapping=MAPPING, missing="create", **choices)


def kept(trial: Trial) -> tuple[list[bool | None], list[str]]:
    """What the numbers say about text messages, and the status of those who were contacts before."""
    with trial.acting():
        said = [contacts.sms_consent_of(trial.actor.account_id, number) for number in NUMBERS]
    people = [trial.contact(f"{name}@example.com") for name in ("ann", "ben", "cleo")]
    return [one.is_given if one else None for one in said], [one.status for one in people if one]


def tried_so_often(trial: Trial, job: str, attempts: int) -> None:
    """The workers of so many attempts have died."""
    past = now() - timedelta(seconds=1)
    trial.change_batches(job, status="processing", attempt=attempts, lease_until=past, next_attempt_at=None)


def test_in_a_batch_that_fails_every_time(trial: Trial, app: Flask, workflow: str) -> None:
    job = started(trial, workflow)
    with trigger(app, "enrollments", "INSERT", "NEW.contact_id > 0", **PASSING):
        trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["DATABASE_ERROR"] * 4 and trial.fields_kept(job) == 0
    assert kept(trial) == KEPT and trial.contact("new@example.com") is None


def test_in_a_batch_that_kills_its_worker_every_time(trial: Trial, workflow: str) -> None:
    job = started(trial, workflow)
    tried_so_often(trial, job, 4)
    trial.finish(job)
    assert trial.outcomes(job) == ["TIMEOUT_ERROR"] * 4
    assert kept(trial) == KEPT


def test_in_a_row_that_the_database_refuses(trial: Trial, app: Flask, workflow: str) -> None:
    job = started(trial, None, existing="overwrite")
    with trigger(app, "contacts", "INSERT", "NEW.email_key = 'new@example.com'", **REFUSE):
        trial.finish(job)
    assert [one.split()[0] for one in trial.outcomes(job)][1:] == [
        "CONTACT_BLOCKED",
        "UNCHANGED",
        "ENROLLMENT_ERROR",
    ]
    assert kept(trial) == ([False, None, True, False], KEPT[1])


def test_in_a_job_whose_workflow_is_archived(trial: Trial, workflow: str) -> None:
    job = started(trial, workflow)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
        workflows.archive(trial.actor, workflow)
    trial.finish(job)
    assert trial.outcomes(job) == ["WORKFLOW_INACTIVE"] * 4
    assert kept(trial) == KEPT


def test_what_cannot_be_kept_now_is_kept_later(trial: Trial, app: Flask, workflow: str) -> None:
    job = started(trial, workflow)
    tried_so_often(trial, job, 4)
    [batch] = trial.batches(job)
    with trigger(app, "sms_consents", "INSERT", "NEW.account_id > 0", **PASSING):
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt, kept(trial)) == ("pending", 5, NOTHING_KEPT)
    trial.change_batches(job, next_attempt_at=now() - timedelta(seconds=1))
    trial.finish(job)
    assert trial.outcomes(job) == ["TIMEOUT_ERROR"] * 4
    assert kept(trial) == KEPT


@pytest.mark.only_on("postgresql", "SQLite's only writer waits before the transaction begins")
def test_a_row_that_times_out_keeps_no_other_waiting(
    trial: Trial, app: Flask, database: Database, workflow: str
) -> None:
    job = started(trial, workflow)
    tried_so_often(trial, job, 4)
    [batch] = trial.batches(job)
    with impatient(app, database.url), psycopg.connect(database.url) as other:
        other.execute("SELECT 1 FROM contacts WHERE email_key = 'ben@example.com' FOR UPDATE")
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt, kept(trial)) == ("pending", 5, (KEPT[0], ["active"] * 3))
    trial.change_batches(job, next_attempt_at=now() - timedelta(seconds=1))
    trial.finish(job)
    assert trial.outcomes(job) == ["TIMEOUT_ERROR"] * 4
    assert kept(trial) == KEPT


@pytest.mark.parametrize("kind", ["passing", "lasting"])
def test_a_job_ends_also_if_it_can_never_be_kept(trial: Trial, app: Flask, workflow: str, kind: str) -> None:
    """A row that the database refuses loses what it says, and no other. The report says what was not kept."""
    job = started(trial, workflow)
    tried_so_often(trial, job, 4 + WAITS_FOR_CONSENT if kind == "passing" else 4)
    bad = f"NEW.phone_key = '{NUMBERS[0]}'"
    with trigger(app, "sms_consents", "INSERT", bad, **(PASSING if kind == "passing" else REFUSE)):
        trial.finish(job)
    assert trial.outcomes(job) == ["TIMEOUT_ERROR refusal_lost" if kind == "passing" else "TIMEOUT_ERROR"] * 4
    assert kept(trial) == (NOTHING_KEPT if kind == "passing" else ([None, None, None, False], KEPT[1]))

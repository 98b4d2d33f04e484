"""A batch that fails for a passing reason is tried again, and after the last time the job goes on (B-11)."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import event

from app.platform.clock import now
from app.platform.database import db
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines, trigger
from tests.rooms.workflows.drafts import active

# Errors of the kind that may pass by itself: an "operational" one on SQLite (a number that overflows is the
# only one that a trigger can cause), on PostgreSQL what could not be serialised with others.
PASSING = {
    "sqlite": "SELECT abs(-9223372036854775807 - 1)",
    "postgresql": "RAISE EXCEPTION 'try again' USING ERRCODE = '40001'",
}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def later(trial: Trial, job: str) -> None:
    """The wait is over."""
    trial.change_batches(job, next_attempt_at=now() - timedelta(seconds=1))


def test_it_waits_in_the_database_and_succeeds_the_next_time(trial: Trial, app, workflow):
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    with trigger(app, "enrollments", "INSERT", "NEW.contact_id > 0", **PASSING):
        [batch] = trial.batches(job)
        before = now()
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("pending", 1)
    assert batch.lease_until is None
    assert before < batch.next_attempt_at < now() + timedelta(seconds=0.1)
    assert trial.outcomes(job) == [""] * 5 and trial.contact("p1@example.com") is None
    trial.change_batches(job, next_attempt_at=now() + timedelta(seconds=3))
    trial.sweep()
    trial.run_tasks()
    assert trial.batches(job)[0].attempt == 1, "its time has not come"
    later(trial, job)
    trial.finish(job)
    trial.holds(job)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("completed", 2)
    assert trial.job(job).status == "completed"


def test_after_the_last_time_its_rows_carry_the_error_and_the_job_goes_on(trial: Trial, app, workflow):
    many = [*addresses(9), "wrong", *addresses(10, 11), "P3@example.com"]
    job = trial.started(lines(*many), workflow, missing="create", batch_size=10)
    bad = "NEW.email_key = 'p5@example.com'"
    with trigger(app, "contacts", "INSERT", bad, **PASSING):
        trial.finish(job)
    trial.holds(job)
    outcomes = trial.outcomes(job)
    assert outcomes[:10] == [*["DATABASE_ERROR"] * 9, "VALIDATION_ERROR no_at"]
    assert outcomes[10:] == [*["ENROLLED"] * 10, "DUPLICATE_IN_SELECTION 3"]
    first, *others = trial.batches(job)
    assert (first.status, first.attempt) == ("failed", 4)
    assert [batch.status for batch in others] == ["completed", "completed"]
    assert trial.job(job).status == "completed_with_errors"
    again = trial.run(lines(*addresses(9)), workflow, missing="create")
    assert trial.outcomes(again) == ["ENROLLED"] * 9, "nothing of the failed attempts is left"


def test_a_batch_that_kills_its_worker_every_time_is_given_up(trial: Trial, app, bob, workflow):
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    trial.change_batches(
        job, status="processing", attempt=4, lease_until=now() - timedelta(seconds=1), next_attempt_at=None
    )
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["TIMEOUT_ERROR"] * 5
    assert trial.job(job).status == "completed_with_errors"


@pytest.mark.only_on("postgresql", "SQLite's only writer waits before the transaction begins")
def test_somebody_holds_the_table_for_too_long(trial: Trial, app, database, workflow, caplog):
    """A lock of another program that outlasts the patience of a statement: a timeout, and later success."""
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    [batch] = trial.batches(job)
    with impatient(app, database.url), psycopg.connect(database.url) as other:
        other.execute("LOCK TABLE enrollments IN ACCESS EXCLUSIVE MODE")
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("pending", 1)
    assert [one.outcome for one in caplog.records if one.msg == "batch_failed"] == ["TIMEOUT_ERROR"]
    later(trial, job)
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["ENROLLED"] * 5


@contextmanager
def impatient(app, url: str):
    """Statements wait a moment for a lock, and no longer."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER DATABASE muster SET lock_timeout = '100ms'")
        _connect_again(app)
        yield
        connection.execute("ALTER DATABASE muster RESET lock_timeout")
    _connect_again(app)


def _connect_again(app) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.only_on("sqlite", "the size of PostgreSQL's disk can't be limited here")
def test_the_disk_is_full(trial: Trial, app, workflow):
    job = trial.started(lines(*addresses(500)), workflow, missing="create", batch_size=500)
    [batch] = trial.batches(job)
    with no_more_pages(app):
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("pending", 1)
    later(trial, job)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 500}


@contextmanager
def no_more_pages(app):
    """SQLite's file may not grow."""

    def limit(connection, _record):
        [(pages,)] = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count={pages}")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "connect", limit)
    _connect_again(app)
    yield
    event.remove(engine, "connect", limit)
    _connect_again(app)


@pytest.mark.only_on("postgresql", "SQLite has no connections that break")
def test_the_connection_breaks_in_the_middle(trial: Trial, app, workflow):
    """The server ends the connection while the batch is written."""
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    end = {"sqlite": "", "postgresql": "PERFORM pg_terminate_backend(pg_backend_pid())"}
    with trigger(app, "enrollments", "INSERT", "NEW.contact_id > 0", **end):
        [batch] = trial.batches(job)
        trial.run_batch(batch.id)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("pending", 1)
    later(trial, job)
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["ENROLLED"] * 5

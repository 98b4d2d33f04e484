"""The rows of jobs that never run are deleted in pieces: others write in between, and what was interrupted
goes on later."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import discarding, plan
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob, EnrollmentRow, RowFields
from app.platform import queue
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import NotFound
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines, trigger
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(discarding, "ROWS", 10)


def planned(trial: Trial, workflow: str, rows: int = 35, first: int = 1) -> tuple[str, int]:
    """(public id, id) of a planned dry run that keeps fields beside its rows."""
    draft = trial.draft(lines(*addresses(rows, first)), workflow, missing="create", tags=("Spring",))
    trial.plan(draft)
    return draft, trial.job(draft).id


def discard(trial: Trial, number: int) -> None:
    with trial.acting(), transaction():
        discarding.discard_dry_run(trial.actor.account_id, number)


def left(trial: Trial, number: int) -> tuple[int, int | None]:
    """(rows in the ledger, rows that the job says are there); None for the latter once the job is gone.

    One statement reads all, so that it sees one state while others write.
    """
    told = sa.select(EnrollmentJob.planned_rows).where(EnrollmentJob.id == number).scalar_subquery()
    counts = (
        sa.select(sa.func.count()).select_from(table).where(table.job_id == number).scalar_subquery()
        for table in (EnrollmentRow, RowFields)
    )
    with trial.acting():
        rows, fields, planned_rows = session().execute(sa.select(*counts, told)).one()
    assert fields in (0, rows)
    return rows, planned_rows


def touched_long_ago(trial: Trial, number: int) -> None:
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentJob)
            .where(EnrollmentJob.id == number)
            .values(updated_at=now() - timedelta(minutes=5))
        )


def resume(trial: Trial) -> None:
    with trial.app.app_context():
        discarding.resume_discarding()
    trial.run_tasks()


def test_a_discarded_dry_run_is_hidden_before_its_rows_are_gone(trial: Trial, bob, workflow):
    draft, number = planned(trial, workflow)
    discard(trial, number)
    assert left(trial, number) == (25, 25)
    for path in (f"/enrollments/{draft}", f"/enrollments/checks/{draft}", f"/enrollments/{draft}/panel"):
        assert bob.get(path).status_code == 404
    assert draft not in bob.get("/enrollments").text
    with pytest.raises(NotFound):
        trial.start_draft(draft)
    trial.plan_number(number)
    assert left(trial, number) == (25, 25), "nobody plans it again"
    trial.run_tasks()
    assert left(trial, number) == (0, None)


def test_a_stopping_worker_leaves_the_rest_to_another(trial: Trial, workflow, valkey, monkeypatch):
    _, number = planned(trial, workflow)
    discard(trial, number)
    valkey.flush()
    pieces = iter([False, True])
    with trial.app.app_context(), monkeypatch.context() as patch:
        patch.setattr(queue, "should_stop", lambda: next(pieces))
        discarding.discard_rest(trial.actor.account_id, number)
    assert left(trial, number) == (15, 15)
    trial.run_tasks()
    assert left(trial, number) == (0, None)


def test_what_a_killed_worker_left_is_deleted_later(trial: Trial, workflow, valkey, monkeypatch):
    _, number = planned(trial, workflow)
    discard(trial, number)
    pieces = iter([False, True])
    with trial.app.app_context(), monkeypatch.context() as patch:
        patch.setattr(queue, "should_stop", lambda: next(pieces))
        discarding.discard_rest(trial.actor.account_id, number)
    valkey.flush()
    resume(trial)
    assert left(trial, number) == (15, 15), "a worker may still be at it"
    other, new = planned(trial, workflow, first=100)
    assert new != number
    touched_long_ago(trial, number)
    resume(trial)
    assert left(trial, number) == (0, None)
    assert left(trial, new) == (35, 35)
    trial.start_draft(other)
    trial.finish(other)
    trial.holds(other)


def test_a_piece_that_fails_leaves_rows_and_figure_alike(trial: Trial, app, workflow):
    _, number = planned(trial, workflow)
    refuse = "SELECT RAISE(ABORT, 'no')", "RAISE EXCEPTION 'no'"
    with trigger(app, "enrollment_rows", "DELETE", "OLD.row_number = 12", *refuse):
        discard(trial, number)
        with trial.app.app_context(), pytest.raises(sa.exc.DBAPIError):
            discarding.discard_rest(trial.actor.account_id, number)
        assert left(trial, number) == (15, 15)
    touched_long_ago(trial, number)
    resume(trial)
    assert left(trial, number) == (0, None)


def test_others_write_between_two_pieces(trial: Trial, app, workflow, monkeypatch):
    monkeypatch.setattr(discarding, "ROWS", 1)
    monkeypatch.setattr(discarding, "SECONDS_IN_A_ROW", 60.0)
    _, number = planned(trial, workflow, rows=400)
    discard(trial, number)

    def delete() -> None:
        with app.app_context():
            discarding.discard_rest(trial.actor.account_id, number)

    deleting = threading.Thread(target=delete)
    deleting.start()
    seen = []
    for tag in range(5):
        trial.limit(**{f"written_{tag}": 1})
        seen.append(left(trial, number)[0])
    monkeypatch.setattr(discarding, "ROWS", 400)  # the rest at once
    deleting.join()
    assert seen[-1] > 0 and seen == sorted(seen, reverse=True), seen
    assert left(trial, number) == (0, None)


def test_rows_of_a_job_that_cannot_be_planned(trial: Trial, app, workflow, monkeypatch):
    """The job says at once that it failed; the rows it has are deleted in pieces."""
    monkeypatch.setattr(plan, "CHUNK_ROWS", 10)
    job = trial.start(lines(*addresses(40)), workflow, missing="create", tags=("Spring",))
    number = trial.job(job).id
    refuse = "SELECT RAISE(ABORT, 'no')", "RAISE EXCEPTION 'no'"
    broken = trigger(app, "enrollment_rows", "INSERT", "NEW.row_number = 35", *refuse)
    with broken, pytest.raises(sa.exc.DBAPIError):
        trial.plan(job)
    assert trial.job(job).status == "failed" and trial.job(job).failure
    assert left(trial, number) == (20, 20)
    trial.run_tasks()
    assert left(trial, number) == (0, 0)
    assert trial.job(job).status == "failed"


def test_rows_of_a_job_that_is_canceled_before_its_batches_exist(trial: Trial, workflow):
    draft, number = planned(trial, workflow)
    trial.start_draft(draft)
    trial.cancel(draft)
    assert left(trial, number) == (35, 35)
    trial.run_tasks()
    assert left(trial, number) == (0, 0)
    assert trial.progress(draft).skipped == 35
    trial.holds(draft)


@pytest.mark.parametrize("status", ["pending", "queued", "cancelled"])
def test_jobs_that_run_or_ran_keep_their_rows(trial: Trial, workflow, status):
    """A canceled one, too, once it has batches."""
    draft, number = planned(trial, workflow)
    trial.start_draft(draft)
    if status != "pending":
        trial.plan(draft)
    if status == "cancelled":
        trial.cancel(draft)
        trial.finish(draft)
    assert trial.job(draft).status == status
    touched_long_ago(trial, number)
    with trial.acting(), transaction():
        discarding.discard_dry_run(trial.actor.account_id, number)
        discarding.discard_rows(trial.actor.account_id, number)
    with trial.app.app_context():
        discarding.discard_rest(trial.actor.account_id, number)
    assert left(trial, number)[0] == 35
    trial.finish(draft)
    trial.holds(draft)

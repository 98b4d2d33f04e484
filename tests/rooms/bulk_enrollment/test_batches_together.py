"""Small batches that turn out as planned share a transaction: all of them are done, or none (B-05)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.application.jobs.batch import enroll_as_planned
from app.bulk_enrollment.domain import job as domain
from app.bulk_enrollment.infrastructure.store import batches, claims, following
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, execute_all, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture(autouse=True)
def batches_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "SMALLEST_CUT", 10)


@pytest.fixture
def job(trial: Trial, workflow) -> str:
    """Ten batches of ten new people, five of them handed out."""
    return trial.started(lines(*addresses(100)), workflow, missing="create")


def run_first(trial: Trial, job: str, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    """Run the first batch and what a worker takes along, then stop as if another task were waiting."""
    monkeypatch.setattr(run, "ROWS_TOGETHER", together)
    batch = trial.batches(job)[0]
    left = iter([True])
    with trial.acting():
        run._run_in_a_row(trial.actor.account_id, batch.id, lambda: next(left, False))


def statuses(trial: Trial, job: str) -> str:
    return "".join(batch.status[0] for batch in trial.batches(job))


def test_following_batches_are_completed_with_the_first(trial: Trial, job, monkeypatch):
    run_first(trial, job, monkeypatch, together=40)
    assert statuses(trial, job) == "cccc" + "p" * 6
    done = trial.batches(job)[:4]
    assert [batch.attempt for batch in done] == [1] * 4
    assert [batch.succeeded for batch in done] == [10] * 4
    assert [batch.outcomes for batch in done] == [{"ENROLLED": 10}] * 4
    assert all(batch.started_at and batch.finished_at and batch.lease_until is None for batch in done)
    trial.finish(job)
    trial.holds(job)


def test_batches_of_a_requested_size_run_one_by_one(trial: Trial, workflow, monkeypatch):
    asked = trial.started(lines(*addresses(100)), workflow, missing="create", batch_size=10)
    run_first(trial, asked, monkeypatch, together=40)
    assert statuses(trial, asked) == "cc" + "p" * 8, "the second one is claimed, and run alone"


def test_a_batch_in_between_that_must_wait_ends_the_row(trial: Trial, job, monkeypatch):
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentBatch)
            .where(EnrollmentBatch.account_id == trial.actor.account_id, EnrollmentBatch.number == 3)
            .values(attempt=1)
        )
    run_first(trial, job, monkeypatch, together=100)
    assert statuses(trial, job) == "cc" + "p" * 8
    trial.finish(job)
    trial.holds(job)


def test_one_row_that_differs_sends_only_the_first_batch_another_way(
    trial: Trial, job, workflow, monkeypatch
):
    other = trial.started(lines("p35@example.com"), workflow, missing="create")
    with trial.acting():
        run.run_batch(trial.actor.account_id, trial.batches(other)[0].id)
    run_first(trial, job, monkeypatch, together=40)
    assert statuses(trial, job) == "c" + "p" * 9, "together they are not as planned; the first is done alone"
    trial.finish(job)
    assert trial.job(job).totals == {"ENROLLED": 99, "ALREADY_ENROLLED": 1}
    trial.holds(job, other)


def test_after_a_difference_batches_run_alone(trial: Trial, job, workflow, monkeypatch):
    """If every batch differs, none is tried again and again with others."""
    other = trial.started(lines(*addresses(100)), workflow, missing="create")
    with trial.acting():
        for batch in trial.batches(other):
            run.run_batch(trial.actor.account_id, batch.id)
    tried = []

    def carry_out(job, batches, *others):
        tried.append(len(batches))
        return enroll_as_planned(job, batches, *others)

    monkeypatch.setattr(run, "enroll_as_planned", carry_out)
    account_id = trial.actor.account_id
    with trial.acting():
        run._run_in_a_row(account_id, trial.batches(job)[0].id, lambda: True)
    assert tried == [10] + [1] * 9
    trial.finish(job)
    assert trial.job(job).totals == {"ALREADY_ENROLLED": 100}
    trial.holds(job, other)


def test_a_failure_in_the_middle_leaves_nothing_half_done(trial: Trial, job, monkeypatch):
    def lost(*_: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(following, "complete_following", lost)
        with pytest.raises(TimeoutError):
            run_first(trial, job, patch, together=40)
    assert [batch.status for batch in trial.batches(job)] == ["processing"] + ["pending"] * 9
    assert [batch.attempt for batch in trial.batches(job)] == [1] + [0] * 9
    assert trial.contact("p1@example.com") is None
    trial.change_batches(job, lease_until=now() - timedelta(seconds=1))
    trial.finish(job)
    trial.holds(job)


def test_a_paused_job_takes_nothing_along(trial: Trial, job, monkeypatch):
    with trial.acting(), transaction():
        claim = claims.claim(trial.actor.account_id, trial.batches(job)[0].id, now(), None)
        assert claim is not None
        execute = session().execute
        account_id = trial.actor.account_id
        assert [one.number for one in following.lock_following(account_id, claim, 4, now())] == [2, 3, 4]
        execute(
            sa.text("UPDATE enrollment_jobs SET status = 'paused' WHERE account_id = :account"),
            {"account": account_id},
        )
        assert following.lock_following(account_id, claim, 4, now()) == []


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_the_pump_leaves_a_batch_alone_that_another_worker_is_completing(app, trial: Trial, job):
    """It saw the batch pending, waits for its row, and must not hand it out again."""
    trial.change_batches(job, lease_until=None)
    done = "UPDATE enrollment_batches SET status = 'completed' WHERE account_id = 1 AND number = 2"
    seen: list[str] = []

    def complete_meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE enrollment_batches") and not seen:
            seen.append(statement)
            at_once(app, lambda: execute_all([done]))

    with trial.acting():
        engine = session().get_bind()
        sa.event.listen(engine, "before_cursor_execute", complete_meanwhile)
        try:
            with transaction():
                granted = batches.grant(trial.actor.account_id, 3, now())
        finally:
            sa.event.remove(engine, "before_cursor_execute", complete_meanwhile)
    numbers = {batch.id: batch.number for batch in trial.batches(job)}
    assert seen and [numbers[one] for one in granted] == [1, 3]
    assert trial.batches(job)[1].status == "completed"

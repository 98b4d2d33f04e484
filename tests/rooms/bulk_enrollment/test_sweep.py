"""The sweeper: whatever the queue forgot gets its turn again, and nothing gets it twice (B-05)."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import discarding, sweep
from app.bulk_enrollment.infrastructure.store import claims, plan_claims
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform import queue
from app.platform.claims import lost_tasks
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, NotFound
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active

AGO = timedelta(minutes=5)


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def waiting(trial: Trial, name: str) -> int | None:
    with trial.app.app_context():
        return queue.length(name)


def test_a_job_whose_planning_task_was_lost(trial: Trial, workflow, valkey):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    valkey.flush()
    trial.sweep()
    assert waiting(trial, "urgent") == 0, "it may still be on its way"
    trial.change_job(job, updated_at=now() - AGO)
    trial.sweep()
    assert waiting(trial, "urgent") == 1
    trial.sweep()
    assert waiting(trial, "urgent") == 1, "and is not sent again while it waits"
    trial.finish(job)
    trial.holds(job)


def test_a_dry_run_whose_task_was_lost(trial: Trial, workflow, valkey):
    job = trial.draft(lines(*addresses(3)), workflow, missing="create")
    valkey.flush()
    trial.change_job(job, updated_at=now() - AGO)
    trial.sweep()
    trial.run_tasks()
    assert trial.job(job).planned_at is not None
    trial.change_job(job, updated_at=now() - AGO)
    trial.sweep()
    assert waiting(trial, "urgent") == 0, "what is planned is left alone"


def test_a_planner_that_died(trial: Trial, workflow, valkey):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    valkey.flush()
    trial.change_job(
        job, status="validating", attempt=1, lease_until=now() + timedelta(minutes=1), updated_at=now() - AGO
    )
    trial.sweep()
    assert waiting(trial, "urgent") == 0, "it may still live"
    trial.change_job(job, lease_until=now() - timedelta(seconds=1), updated_at=now() - AGO)
    trial.sweep()
    trial.finish(job)
    trial.holds(job)


def test_a_planner_that_is_gone_is_not_waited_for(trial: Trial, app, workflow, valkey, monkeypatch):
    """Its lease would last a minute. A task that sends heartbeats keeps its own."""
    monkeypatch.setattr(lost_tasks, "SILENT_SECONDS", 0.5)
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    valkey.flush()

    def claim(task: str) -> None:
        with trial.acting(), transaction():
            assert plan_claims.claim(trial.actor.account_id, trial.job(job).id, task)

    claim("killed")
    sweep_while(trial, lambda: trial.job(job).lease_until)
    assert trial.job(job).lease_until is None
    assert waiting(trial, "urgent") == 1, "its task is sent, and once"
    claim("alive")
    until = time.monotonic() + 1.5
    sweep_while(trial, lambda: trial.job(job).lease_until and time.monotonic() < until)
    assert trial.job(job).lease_until
    with trial.acting(), transaction():
        assert plan_claims.claim(trial.actor.account_id, trial.job(job).id, "another") is None


def test_batches_of_a_worker_that_is_gone(trial: Trial, app, bob, workflow, monkeypatch):
    monkeypatch.setattr(lost_tasks, "SILENT_SECONDS", 0.5)
    job = trial.started(lines(*addresses(20)), workflow, missing="create", batch_size=10)
    with trial.acting(), transaction():
        for batch, task in zip(trial.batches(job), ("killed", "alive"), strict=True):
            assert claims.claim(bob.actor.account_id, batch.id, now(), task)
    sweep_while(trial, lambda: trial.batches(job)[0].status == "processing")
    assert [batch.status for batch in trial.batches(job)] == ["pending", "processing"]
    trial.run_tasks()
    assert [batch.status for batch in trial.batches(job)] == ["completed", "processing"]


def test_nobody_is_gone_while_the_queue_is_away(trial: Trial, app, workflow, valkey, monkeypatch):
    monkeypatch.setattr(lost_tasks, "SILENT_SECONDS", 0.0)
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    with trial.acting(), transaction():
        assert plan_claims.claim(trial.actor.account_id, trial.job(job).id, "not heard")
    real = app.extensions["queue"]
    app.extensions["queue"] = type(real).from_url("unix:///nowhere/at/all")
    try:
        trial.sweep()
    finally:
        app.extensions["queue"] = real
    assert trial.job(job).lease_until


@pytest.mark.parametrize("hours", [-2, 2])
def test_no_clock_holds_a_job(trial: Trial, workflow, valkey, hours):
    """What was written before the clock was set by hours, in either direction, holds nothing."""
    wrong = now() + timedelta(hours=hours)
    job = trial.start(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    valkey.flush()
    trial.change_job(job, status="validating", attempt=1, lease_until=wrong, updated_at=wrong)
    trial.sweep()
    trial.plan(job)
    assert trial.job(job).status == "queued"
    valkey.flush()
    first, second, third = trial.batches(job)
    for batch, values in (
        (first, {"status": "processing", "lease_until": wrong}),
        (second, {"next_attempt_at": wrong, "lease_until": None}),
        (third, {"handed_at": wrong}),
    ):
        change_batch(trial, batch.id, **values)
    trial.sweep()
    assert waiting(trial, "bulk") == 3
    trial.finish(job)
    trial.holds(job)


def sweep_while(trial: Trial, true) -> None:
    """Sweep again and again beside a worker that is at the task "alive"."""
    give_up = time.monotonic() + 20
    while true() and time.monotonic() < give_up:
        with trial.app.app_context():
            queue.connection().set("muster:worker:test:1", f"{time.monotonic()} alive", ex=4)
        trial.sweep()


def change_batch(trial: Trial, batch_id: int, **values) -> None:
    with trial.acting(), transaction():
        session().execute(sa.update(EnrollmentBatch).where(EnrollmentBatch.id == batch_id).values(**values))


def test_a_planner_that_died_before_it_cut_the_batches(trial: Trial, workflow, valkey):
    job = trial.draft(lines(*addresses(3)), workflow, missing="create")
    trial.plan(job)
    trial.start_draft(job)
    valkey.flush()
    trial.change_job(job, status="validating", updated_at=now() - AGO)
    trial.sweep()
    trial.finish(job)
    trial.holds(job)


def test_batches_whose_tasks_were_lost(trial: Trial, workflow, valkey):
    job = trial.started(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    valkey.flush()
    trial.sweep()
    assert waiting(trial, "bulk") == 0, "a worker may have just taken them"
    trial.change_batches(job, handed_at=now() - AGO)
    trial.sweep()
    assert waiting(trial, "bulk") == 3, "their leases are not waited for"
    trial.finish(job)
    trial.holds(job)


def test_tasks_that_wait_in_a_long_queue_are_not_lost(trial: Trial, workflow):
    job = trial.started(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    trial.change_batches(job, handed_at=now() - AGO)
    trial.sweep()
    assert waiting(trial, "bulk") == 3
    trial.finish(job)


def test_a_job_whose_last_worker_died_before_ending_it(trial: Trial, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    trial.change_job(job, status="processing", finished_at=None, totals={})
    trial.sweep()
    assert trial.job(job).status == "completed" and trial.job(job).totals == {"ENROLLED": 3}
    trial.holds(job)


def test_without_the_queue_it_does_not_fail(trial: Trial, app, workflow, valkey):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    trial.change_job(job, updated_at=now() - AGO)
    with app.app_context():
        real = app.extensions["queue"]
        app.extensions["queue"] = type(real).from_url("unix:///nowhere/at/all")
        try:
            sweep.sweep()
        finally:
            app.extensions["queue"] = real
    trial.finish(job)
    trial.holds(job)


def test_two_sweepers_do_no_harm(trial: Trial, app, workflow):
    job = trial.started(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    trial.change_batches(job, lease_until=None)
    assert at_once(app, *[trial.sweep] * 3) == [None] * 3
    trial.finish(job)
    trial.holds(job)
    assert [batch.attempt for batch in trial.batches(job)] == [1, 1, 1]


def test_a_dry_run_that_is_started_while_it_is_discarded(trial: Trial, app, bob, workflow):
    """It is either gone, or runs with all its rows."""
    job = trial.draft(lines(*addresses(30)), workflow, missing="create")
    trial.plan(job)
    number = trial.job(job).id

    def discard() -> None:
        with trial.acting(), transaction():
            discarding.discard_dry_run(bob.actor.account_id, number)

    started, _ = at_once(app, lambda: trial.start_draft(job), discard)
    if started == job:
        trial.finish(job)
        trial.holds(job)
        assert trial.job(job).totals == {"ENROLLED": 30}
    else:
        assert isinstance(started, NotFound | Conflict), started
        with pytest.raises(NotFound):
            trial.job(job)


def test_a_started_job_is_not_discarded(trial: Trial, bob, workflow):
    job = trial.draft(lines(*addresses(3)), workflow, missing="create")
    trial.plan(job)
    trial.start_draft(job)
    with trial.acting(), transaction():
        discarding.discard_dry_run(bob.actor.account_id, trial.job(job).id)
    trial.finish(job)
    trial.holds(job)


def test_dry_runs_are_kept_for_a_day(trial: Trial, app, workflow):
    old = trial.draft(lines(*addresses(3)), workflow)
    started = trial.draft(lines(*addresses(3)), workflow)
    new = trial.draft(lines(*addresses(3)), workflow)
    for job in (old, started, new):
        trial.plan(job)
    trial.start_draft(started)
    for job in (old, started):
        trial.change_job(job, created_at=now() - timedelta(hours=25))
    with app.app_context():
        sweep.discard_old_drafts()
    with pytest.raises(NotFound):
        trial.job(old)
    assert len(trial.rows(new)) == len(trial.rows(started)) == 3
    trial.finish(started)
    trial.holds(started)

"""Cancelling: what runs finishes, the rest is skipped, what has not begun ends at once (B-13)."""

from datetime import timedelta

import pytest

from app.bulk_enrollment.infrastructure.store import claims as store
from app.bulk_enrollment.infrastructure.store import plan_claims
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def big(trial: Trial, workflow: str) -> str:
    return trial.started(lines(*addresses(50)), workflow, missing="create", batch_size=10)


def test_before_it_is_planned(trial: Trial, workflow):
    job = trial.start(lines(*addresses(5)), workflow, missing="create")
    trial.cancel(job)
    assert trial.job(job).status == "cancelled" and trial.job(job).totals == {"CANCELLED": 5}
    trial.run_tasks()
    trial.sweep()
    trial.run_tasks()
    trial.holds(job)
    assert trial.job(job).status == "cancelled" and not trial.rows(job)
    assert trial.contact("p1@example.com") is None


def test_a_started_dry_run_before_it_is_queued(trial: Trial, workflow):
    """Its rows are planned already, but no batch is cut."""
    job = trial.draft(lines(*addresses(5)), workflow, missing="create")
    trial.plan(job)
    trial.start_draft(job)
    trial.cancel(job)
    trial.run_tasks()
    trial.holds(job)
    assert trial.job(job).status == "cancelled" and trial.job(job).totals == {"CANCELLED": 5}
    assert not trial.rows(job) and not trial.batches(job)


def test_while_it_is_planned(trial: Trial, app, bob, workflow):
    job = trial.start(lines(*addresses(5)), workflow, missing="create")
    account_id, number = bob.actor.account_id, trial.job(job).id
    with trial.acting(), transaction():
        claim = plan_claims.claim(account_id, number, None)
    assert trial.job(job).status == "validating"
    trial.cancel(job)
    assert trial.job(job).status == "cancelled"
    with trial.acting(), transaction():
        assert not plan_claims.hold(account_id, number, claim.attempt, 5), "the planner notices"
        assert not plan_claims.hold_planned(account_id, number)
    trial.run_tasks()
    trial.holds(job)
    assert not trial.rows(job) and not trial.batches(job)


@pytest.mark.parametrize("turn", range(3))
def test_at_the_moment_when_it_is_queued(trial: Trial, app, workflow, turn):
    """Either it was in time, and nothing runs; or it was not, and the batches are skipped one by one."""
    job = trial.draft(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    trial.plan(job)
    trial.start_draft(job)
    calls = [lambda: trial.plan(job), lambda: trial.cancel(job)]
    assert at_once(app, *calls) == [None, None]
    trial.finish(job)
    trial.run_tasks()
    trial.holds(job)
    assert trial.job(job).status == "cancelled"
    assert sum(trial.job(job).totals.values()) == 30


def test_while_it_runs(trial: Trial, app, bob, workflow):
    job = big(trial, workflow)
    done, running, *_ = trial.batches(job)
    trial.run_batch(done.id)
    with trial.acting(), transaction():
        claim = store.claim(bob.actor.account_id, running.id, now(), None)
    trial.cancel(job)
    assert trial.job(job).status == "cancelling"
    with pytest.raises(Conflict):
        trial.cancel(job)
    trial.run_tasks()
    statuses = [batch.status for batch in trial.batches(job)]
    assert statuses == ["completed", "processing", "skipped", "skipped", "skipped"]
    assert trial.job(job).status == "cancelling", "one batch still runs"
    with trial.acting():
        trial.process(job, claim)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).status == "cancelled"
    assert trial.outcomes(job) == ["ENROLLED"] * 20 + ["CANCELLED"] * 30
    assert trial.job(job).totals == {"ENROLLED": 20, "CANCELLED": 30}
    assert trial.progress(job).percent == 40, "what was done when it stopped"


def test_no_batch_begins_while_the_job_is_canceled(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    running, waiting, *_ = trial.batches(job)
    account_id, number = bob.actor.account_id, trial.job(job).id
    with trial.acting(), transaction():
        assert store.claim(account_id, running.id, now(), None)
    trial.cancel(job)
    with trial.acting(), transaction():
        assert store.claim(account_id, waiting.id, now(), None) is None
        assert store.claim_next(account_id, number, now(), None) is None


def test_the_batch_of_a_dead_worker_is_skipped_too(trial: Trial, app, bob, workflow):
    job = big(trial, workflow)
    with trial.acting(), transaction():
        dead = store.claim(bob.actor.account_id, trial.batches(job)[0].id, now(), None)
    trial.cancel(job)
    trial.change_batches(job, lease_until=now() - timedelta(seconds=1))
    trial.finish(job)
    with trial.acting():
        trial.process(job, dead)
    trial.holds(job)
    assert trial.outcomes(job) == ["CANCELLED"] * 50


def test_while_it_is_paused(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    with trial.acting():
        workflows.pause(bob.actor, workflow)
    trial.dispatch()
    assert trial.job(job).status == "paused"
    trial.cancel(job)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"CANCELLED": 50}


def test_when_it_is_over(trial: Trial, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    with pytest.raises(Conflict) as refused:
        trial.cancel(job)
    assert refused.value.code == "JOB_FINISHED"


def test_with_the_task_lost(trial: Trial, app, workflow, valkey):
    job = big(trial, workflow)
    trial.cancel(job)
    valkey.flush()
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).status == "cancelled"


def test_together_with_the_last_batch(trial: Trial, app, workflow):
    """The job is either completed or cancelled, and every row has its one outcome."""
    job = trial.started(lines(*addresses(3)), workflow, missing="create")
    [batch] = trial.batches(job)
    at_once(app, lambda: trial.run_batch(batch.id), lambda: trial.cancel(job))
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).status in ("cancelled", "completed")


def test_duplicates_and_faults_that_were_never_reached_are_canceled_too(trial: Trial, workflow):
    job = trial.started(lines(*addresses(5), "p1@example.com", "wrong"), workflow, missing="create")
    trial.cancel(job)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"CANCELLED": 7}

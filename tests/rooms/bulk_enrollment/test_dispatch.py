"""The one pump: at most five batches of an account, jobs in turns, nothing lost without a queue (B-04)."""

from datetime import timedelta

import pytest

from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.infrastructure.store import batches
from app.bulk_enrollment.infrastructure.store import claims as store
from app.platform import queue
from app.platform.clock import now
from app.platform.database import transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def held(trial: Trial, job: str) -> list[int]:
    """Numbers of the batches that are handed out or run."""
    return [batch.number for batch in trial.batches(job) if batch.lease_until]


def big(trial: Trial, workflow: str, first: int = 1, count: int = 100) -> str:
    """A planned job with batches of ten."""
    many = lines(*addresses(count, first))
    return trial.started(many, workflow, missing="create", batch_size=10)


def test_at_most_five_batches_of_an_account_at_once(trial: Trial, workflow):
    first = big(trial, workflow)
    second = big(trial, workflow, first=200)
    assert held(trial, first) == [1, 2, 3, 4, 5] and held(trial, second) == []
    for _ in range(3):
        trial.dispatch()
    assert held(trial, first) == [1, 2, 3, 4, 5] and held(trial, second) == []
    trial.finish(first, second)
    trial.holds(first, second)


def test_an_account_may_have_another_limit(trial: Trial, workflow):
    trial.limit(running_batches=2)
    job = big(trial, workflow)
    assert held(trial, job) == [1, 2]
    trial.finish(job)
    trial.holds(job)


def test_many_pumps_at_once_hand_out_no_more(trial: Trial, app, workflow):
    trial.limit(running_batches=1)
    job = big(trial, workflow)
    trial.limit(running_batches=5)
    assert at_once(app, *[trial.dispatch] * 6) == [None] * 6
    assert len(held(trial, job)) == 5


def test_a_small_job_does_not_wait_for_the_end_of_a_large_one(trial: Trial, workflow):
    large = big(trial, workflow)
    small = big(trial, workflow, first=200, count=20)
    order = []
    for _ in range(8):
        batch = next(
            batch
            for job in (large, small)
            for batch in trial.batches(job)
            if batch.status == "pending" and batch.lease_until
        )
        trial.run_batch(batch.id)
        trial.dispatch()
        order.append((len(held(trial, large)), len(held(trial, small))))
    assert order[0] == (4, 1), "the first place that is free goes to the small one"
    assert trial.job(small).status == "completed" or held(trial, small)
    trial.finish(large, small)
    trial.holds(large, small)
    finished = trial.job(small).finished_at, trial.job(large).finished_at
    assert finished[0] < finished[1]


def test_two_large_jobs_share_the_places(trial: Trial, workflow):
    first = big(trial, workflow)
    second = big(trial, workflow, first=200)
    shares = []
    for _ in range(6):
        job = max((first, second), key=lambda job: len(held(trial, job)))
        trial.run_batch(next(b.id for b in trial.batches(job) if b.status == "pending" and b.lease_until))
        trial.dispatch()
        shares.append(len(held(trial, second)))
    assert shares == [1, 2, 2, 2, 2, 2]


def test_a_batch_that_comes_back_waits_behind_a_job_with_nothing_running(trial: Trial, workflow):
    """Batches of a job that are running count as its turns, whatever their numbers."""
    large = big(trial, workflow)
    small = big(trial, workflow, first=200, count=20)
    first = trial.batches(large)[0].id
    with trial.acting(), transaction():
        batches.release(trial.actor.account_id, [first])
    trial.dispatch()
    assert held(trial, large) == [2, 3, 4, 5] and held(trial, small) == [1]


def test_jobs_of_other_accounts_have_places_of_their_own(trial: Trial, app, sam, workflow, run_tasks):
    job = big(trial, workflow)
    branch = Trial(app, sam.actor, run_tasks)
    theirs = big(branch, active(app, sam.actor))
    assert len(held(trial, job)) == len(held(branch, theirs)) == 5
    trial.finish(job)
    branch.finish(theirs)
    trial.holds(job)
    branch.holds(theirs)


def test_a_more_urgent_job_goes_first(trial: Trial, workflow):
    trial.limit(running_batches=1)
    usual = big(trial, workflow)
    urgent = big(trial, workflow, first=200)
    trial.change_job(urgent, priority=1)
    [batch] = [batch for batch in trial.batches(usual) if batch.lease_until]
    trial.run_batch(batch.id)
    trial.dispatch()
    assert held(trial, urgent) == [1] and held(trial, usual) == []


def test_without_the_queue_nothing_stays_reserved(trial: Trial, app, bob, workflow):
    job = big(trial, workflow)
    trial.change_batches(job, lease_until=None, handed_at=None)
    with app.app_context():
        real = app.extensions["queue"]
        app.extensions["queue"] = type(real).from_url("unix:///nowhere/at/all")
        try:
            run.dispatch(bob.actor.account_id)
        finally:
            app.extensions["queue"] = real
    assert held(trial, job) == []
    trial.finish(job)
    trial.holds(job)


def test_a_worker_keeps_the_next_batch_without_the_queue(trial: Trial, app, bob, workflow, monkeypatch):
    monkeypatch.setattr(run, "SECONDS_IN_A_ROW", 600.0)  # however slow the machine is
    trial.limit(running_batches=1)
    job = big(trial, workflow)
    [batch] = [batch for batch in trial.batches(job) if batch.lease_until]
    with app.app_context():
        queue.connection().flushdb()  # the task that would have planned the job
        before = queue.length("bulk")
        run.run_batches(bob.actor.account_id, batch.id)
        assert queue.length("bulk") == before
    assert trial.job(job).status == "completed"
    trial.holds(job)


def test_a_worker_lets_more_pressing_tasks_pass(trial: Trial, app, bob, workflow):
    """After each batch it looks for plannings and cancellations that wait."""
    job = big(trial, workflow)
    first = next(batch for batch in trial.batches(job) if batch.lease_until)
    with app.app_context():
        assert queue.length("urgent") == 1
        run.run_batches(bob.actor.account_id, first.id)
    assert [batch.status for batch in trial.batches(job)].count("completed") == 1


def test_a_row_of_batches_ends_where_another_job_waits(trial: Trial, app, bob, workflow):
    large, small = big(trial, workflow), big(trial, workflow, count=10, first=500)
    first = next(batch for batch in trial.batches(large) if batch.lease_until)
    with app.app_context():
        queue.connection().flushdb()
        run.run_batches(bob.actor.account_id, first.id)
    [of_small] = trial.batches(small)
    of_large = sorted(batch.finished_at for batch in trial.batches(large) if batch.finished_at)
    assert of_large[0] < of_small.finished_at < of_large[1]


def test_a_batch_of_a_silent_worker_is_given_to_another(trial: Trial, app, bob, workflow):  # B-05
    job = big(trial, workflow, count=10)
    [batch] = trial.batches(job)
    account_id = bob.actor.account_id
    with trial.acting(), transaction():
        assert store.claim(account_id, batch.id, now(), None)
    trial.dispatch()
    assert [one.status for one in trial.batches(job)] == ["processing"]
    trial.change_batches(job, lease_until=now() - timedelta(seconds=1))
    trial.finish(job)
    trial.holds(job)
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt) == ("completed", 2)

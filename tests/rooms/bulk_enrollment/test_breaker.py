"""The breaker: a job pauses when many of its rows fail, says why, and goes on or is canceled."""

import pytest

from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.domain.brakes.rules import Brakes, Failures
from app.bulk_enrollment.domain.pausing import PausedBy
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active

OFF = Brakes(failed_percent=None)


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def bad(count: int) -> list[str]:
    return [f"bad{number} at example.com" for number in range(count)]


def started(trial: Trial, workflow: str, cells: list[str], brakes: Brakes) -> str:
    return trial.started(lines(*cells), workflow, missing="create", batch_size=10, brakes=brakes)


def work(trial: Trial) -> None:
    for _ in range(3):
        trial.run_tasks()
        trial.sweep()


def state(trial: Trial, job: str) -> tuple[str, str | None]:
    found = trial.job(job)
    return found.status, found.paused_by


def go_on(trial: Trial, job: str) -> PausedBy | None:
    with trial.acting():
        return stopping.resume_job(trial.actor, job)


def test_most_rows_fail(trial: Trial, bob, workflow):
    job = started(trial, workflow, [*bad(60), *addresses(40)], Brakes())
    for batch in trial.batches(job)[:5]:
        trial.run_batch(batch.id)
    trial.dispatch()
    assert state(trial, job) == ("processing", None), "50 of 100 is not more than half"
    trial.run_batch(trial.batches(job)[5].id)
    trial.dispatch()
    assert state(trial, job) == ("paused", "brake")
    assert trial.job(job).failures == Failures(60, 60, 50, False)
    page = words_of(page_of(bob, job))
    assert "Paused because 60 of the last 60 rows failed, more than 50%." in page and "Continue" in page
    assert "Paused: too many failures" in page
    assert "60 of the last 60 rows failed" in words_of(bob.get("/").text)
    assert "60 of the last 60 rows failed" in words_of(bob.get("/notifications").text)
    assert go_on(trial, job) is None and trial.job(job).failures is None
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"VALIDATION_ERROR": 60, "ENROLLED": 40}


def test_without_a_breaker_it_runs_to_its_end(trial: Trial, workflow):
    job = trial.run(lines(*bad(90), *addresses(10)), workflow, missing="create", batch_size=10, brakes=OFF)
    assert trial.job(job).totals == {"VALIDATION_ERROR": 90, "ENROLLED": 10}


def test_rows_in_all(trial: Trial, workflow):
    cells = [cell for number in range(10) for cell in (*addresses(9, 10 * number + 1), *bad(1))]
    job = started(trial, workflow, cells, Brakes(failed_percent=None, failed_rows=3))
    work(trial)
    assert state(trial, job) == ("paused", "brake")
    failures = trial.job(job).failures
    assert failures is not None and failures.is_in_all and 4 <= failures.failed <= 9
    go_on(trial, job)
    work(trial)
    assert state(trial, job)[0] in ("paused", "completed_with_errors"), "counted anew after going on"
    while state(trial, job)[0] == "paused":
        go_on(trial, job)
        work(trial)
    trial.holds(job)
    assert trial.progress(job).failed == 10


def test_what_a_person_has_accepted_no_longer_counts(trial: Trial, workflow):
    job = started(trial, workflow, [*bad(20), *addresses(80)], Brakes(failed_percent=None, failed_rows=10))
    for batch in trial.batches(job)[:2]:
        trial.run_batch(batch.id)
    trial.dispatch()
    assert state(trial, job) == ("paused", "brake")
    go_on(trial, job)
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    assert trial.job(job).status == "completed_with_errors"


def test_a_worker_stops_at_once(trial: Trial, workflow):
    """The worker that runs batches in a row does not take the next one after the breaker has tripped."""
    job = started(trial, workflow, [*bad(20), *addresses(80)], Brakes(failed_percent=None, failed_rows=5))
    with trial.app.app_context():
        run.run_batches(trial.actor.account_id, trial.batches(job)[0].id)
    assert state(trial, job) == ("paused", "brake")
    assert [batch.status for batch in trial.batches(job)].count("completed") == 1


def test_a_worker_that_dies_before_the_pause_leaves_it_to_the_sweeper(trial: Trial, workflow):
    job = started(trial, workflow, [*bad(20), *addresses(80)], Brakes(failed_percent=None, failed_rows=5))
    trial.run_batch(trial.batches(job)[0].id)
    assert state(trial, job) == ("processing", None)
    trial.sweep()
    assert state(trial, job) == ("paused", "brake")


def test_several_workers_at_once(trial: Trial, workflow):
    """Batches in progress finish; afterwards the sum of failures decides, however they were interleaved."""
    job = started(trial, workflow, [*bad(50), *addresses(50)], Brakes(failed_percent=None, failed_rows=49))
    calls = [lambda number=batch.id: trial.run_batch(number) for batch in trial.batches(job)[:5]]
    at_once(trial.app, *calls)
    trial.dispatch()
    assert state(trial, job) == ("paused", "brake")
    assert trial.progress(job).failed == 50 and trial.progress(job).succeeded == 0
    trial.cancel(job)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"VALIDATION_ERROR": 50, "CANCELLED": 50}


def test_a_job_without_anything_left_is_not_paused(trial: Trial, workflow):
    job = trial.run(lines(*bad(5)), workflow, brakes=Brakes(failed_percent=1))
    assert trial.job(job).status == "completed_with_errors"

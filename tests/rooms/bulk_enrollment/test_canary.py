"""A canary: the first rows run, then the job waits until a person lets it go on. Never one row more."""

import pytest

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.pausing import PausedBy
from app.platform.database import session
from app.platform.errors import Conflict
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def started(trial: Trial, workflow: str | None, rows: int = 100, **choices) -> str:
    choices = {"batch_size": 10, "brakes": Brakes(canary_rows=15)} | choices
    return trial.started(lines(*addresses(rows)), workflow, missing="create", **choices)


def state(trial: Trial, job: str) -> tuple[str, str | None]:
    found = trial.job(job)
    return found.status, found.paused_by


def work(trial: Trial) -> None:
    for _ in range(3):
        trial.run_tasks()
        trial.sweep()


def go_on(trial: Trial, job: str, pause: PausedBy | None = None) -> PausedBy | None:
    with trial.acting():
        return stopping.resume_job(trial.actor, job, pause)


def enrolled(trial: Trial, job: str) -> int:
    return trial.progress(job).succeeded


def test_it_stops_after_its_first_rows_and_goes_on(trial: Trial, bob, workflow):
    job = started(trial, workflow)
    assert [(one.first_row, one.last_row) for one in trial.batches(job)][:3] == [(1, 15), (16, 25), (26, 35)]
    work(trial)
    assert state(trial, job) == ("paused", "canary") and enrolled(trial, job) == 15
    trial.holds(job)
    page = words_of(page_of(bob, job))
    assert "The first 15 rows are done: 15 succeeded, 0 skipped, and 0 failed. The other 85 wait" in page
    assert "First rows done" in page and "Continue" in page and "Resume" not in page
    assert "First rows done" in words_of(bob.get("/enrollments").text)
    home = words_of(bob.get("/").text)
    assert "The first 15 rows are done" in home
    assert "Its first rows are done" in words_of(bob.get("/notifications").text)
    assert bob.post(f"/enrollments/{job}/pause/removal", {"pause": "canary"}).status_code == 303
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100} and trial.job(job).canary_rows is None
    with trial.acting():
        facts = [e.facts.get("by") for e in session().query(AuditEntry).filter_by(action="job_paused")]
    assert facts == ["canary"]
    assert "paused the enrollment in Welcome after its first rows" in words_of(bob.get("/activity").text)


def test_one_percent(trial: Trial, workflow):
    job = started(trial, workflow, 250, brakes=Brakes(canary_percent=1), batch_size=None)
    work(trial)
    assert state(trial, job) == ("paused", "canary") and enrolled(trial, job) == 3


def test_a_job_as_small_as_its_canary_does_not_stop(trial: Trial, workflow):
    job = trial.run(lines(*addresses(15)), workflow, missing="create", brakes=Brakes(canary_rows=15))
    assert trial.job(job).totals == {"ENROLLED": 15}


def test_an_import_has_one_too(trial: Trial):
    job = started(trial, None)
    work(trial)
    assert state(trial, job) == ("paused", "canary")
    assert trial.outcomes(job) == ["CREATED"] * 15 + [""] * 85
    go_on(trial, job)
    trial.finish(job)
    trial.holds(job)


def test_many_workers_at_once_run_the_first_rows_only(trial: Trial, workflow):
    """Tasks of batches beyond the canary may exist, for example from before a pause; none may run."""
    job = started(trial, workflow)
    numbers = [batch.id for batch in trial.batches(job)]
    calls = [lambda number=number: run.run_batches(trial.actor.account_id, number) for number in numbers[:5]]
    assert at_once(trial.app, *calls, trial.dispatch) == [None] * 6
    work(trial)
    assert state(trial, job) == ("paused", "canary") and enrolled(trial, job) == 15


def test_a_worker_that_dies_before_the_pause_enrolls_nobody_else(trial: Trial, workflow):
    """The canary is settled, but nobody has paused the job yet; the next dispatch does."""
    job = started(trial, workflow)
    trial.run_batch(trial.batches(job)[0].id)
    assert state(trial, job) == ("processing", None)
    for batch in trial.batches(job)[1:4]:
        trial.run_batch(batch.id)
    assert enrolled(trial, job) == 15
    trial.sweep()
    assert state(trial, job) == ("paused", "canary")


def test_the_first_batch_of_a_canary_that_is_lost_runs_again(trial: Trial, workflow):
    job = started(trial, workflow)
    trial.change_batches(job, lease_until=None)
    work(trial)
    assert state(trial, job) == ("paused", "canary") and enrolled(trial, job) == 15


def test_a_stale_resume_does_not_let_it_go_on(trial: Trial, bob, workflow):
    """Bob's page shows his own pause; meanwhile Alice has resumed the job, and its canary is done."""
    job = started(trial, workflow)
    bob.post(f"/enrollments/{job}/pause")
    assert state(trial, job) == ("paused", "person")
    go_on(trial, job)
    work(trial)
    with pytest.raises(Conflict):
        go_on(trial, job, PausedBy.PERSON)
    bob.post(f"/enrollments/{job}/pause/removal", {"pause": "person"})
    assert state(trial, job) == ("paused", "canary")


def test_a_person_pauses_during_the_canary(trial: Trial, workflow):
    job = started(trial, workflow)
    with trial.acting():
        stopping.pause_job(trial.actor, job)
    work(trial)
    assert state(trial, job) == ("paused", "person")
    go_on(trial, job)
    trial.change_batches(job, lease_until=None)
    work(trial)
    assert state(trial, job) == ("paused", "canary") and enrolled(trial, job) == 15


def test_with_a_paused_workflow_it_goes_on_when_both_are_resumed(trial: Trial, workflow):
    job = started(trial, workflow)
    work(trial)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
    assert go_on(trial, job) is PausedBy.WORKFLOW and state(trial, job) == ("paused", "workflow")
    with trial.acting():
        workflows.activate(trial.actor, workflow)
    trial.finish(job)
    assert trial.job(job).totals == {"ENROLLED": 100}


def test_it_can_be_canceled(trial: Trial, workflow):
    job = started(trial, workflow)
    work(trial)
    trial.cancel(job)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 15, "CANCELLED": 85}


def test_problems_name_their_batch(trial: Trial, bob, workflow):
    text = lines(*addresses(14), "not an address", *addresses(6, 50), "nor this")
    job = trial.started(text, workflow, missing="create", batch_size=10, brakes=Brakes(canary_rows=15))
    work(trial)
    assert trial.outcomes(job)[14] == "VALIDATION_ERROR no_at" or trial.outcomes(job)[14].startswith("VALID")
    go_on(trial, job)
    trial.finish(job)
    trial.holds(job)
    with trial.acting():
        from app.bulk_enrollment.infrastructure.row_facts import batches_of

        found = batches_of(trial.actor.account_id, trial.job(job).id, [15, 16, 22])
    assert {row: end.number for row, end in found.items()} == {15: 1, 16: 2, 22: 2}


def retried(trial: Trial, job: str) -> str:
    with trial.acting():
        return retry_failures(trial.actor, job).public_id


def test_a_retry_has_no_canary_once_a_person_has_continued(trial: Trial, workflow):
    job = started(trial, workflow)
    work(trial)
    go_on(trial, job)
    trial.cancel(job)
    work(trial)
    again = retried(trial, job)
    work(trial)
    assert trial.job(again).status == "completed" and enrolled(trial, job) + enrolled(trial, again) == 100


def test_a_retry_keeps_a_canary_that_nobody_has_continued(trial: Trial, workflow):
    job = started(trial, workflow)
    work(trial)
    trial.cancel(job)
    work(trial)
    again = retried(trial, job)
    work(trial)
    assert state(trial, again) == ("paused", "canary") and enrolled(trial, again) == 15

"""Pausing and resuming a job: by a person, with the workflow, both; it survives whatever happens (B-27)."""

import re
from datetime import timedelta

import pytest

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.application.timing.allowance import limits_of
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.infrastructure.store import claims, jobs
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, NotAllowed, NotFound
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def big(trial: Trial, workflow: str | None) -> str:
    """A planned job with ten batches, five of which are handed to the queue."""
    return trial.started(lines(*addresses(100)), workflow, missing="create", batch_size=10)


def pause(trial: Trial, job: str) -> None:
    with trial.acting():
        stopping.pause_job(trial.actor, job)


def resume(trial: Trial, job: str) -> PausedBy | None:
    with trial.acting():
        return stopping.resume_job(trial.actor, job)


def set_workflow(trial: Trial, what, workflow: str) -> None:
    with trial.acting():
        what(trial.actor, workflow)


def state(trial: Trial, job: str) -> tuple[str, str | None]:
    found = trial.job(job)
    return found.status, found.paused_by


def done(trial: Trial, job: str) -> int:
    return [batch.status for batch in trial.batches(job)].count("completed")


def actions(trial: Trial) -> list[str]:
    with trial.acting():
        entries = session().query(AuditEntry).order_by(AuditEntry.id).all()
    return [entry.action for entry in entries if entry.action in ("job_paused", "job_resumed")]


def test_a_paused_job_does_nothing_until_it_is_resumed(trial: Trial, workflow):
    job = big(trial, workflow)
    trial.run_batch(trial.batches(job)[0].id)
    pause(trial, job)
    assert state(trial, job) == ("paused", "person")
    for _ in range(3):
        trial.run_tasks()
        trial.sweep()
    assert done(trial, job) == 1, "batches that nobody had begun wait"
    assert resume(trial, job) is None
    assert state(trial, job) == ("processing", None) and trial.job(job).paused_at is None
    trial.change_batches(job, lease_until=None)  # a minute later
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100}
    assert actions(trial) == ["job_paused", "job_resumed"]


def test_a_job_whose_first_batch_has_not_begun_goes_back_to_the_queue(trial: Trial, workflow):
    job = big(trial, workflow)
    pause(trial, job)
    assert resume(trial, job) is None
    assert state(trial, job) == ("queued", None)


def pause_during_batch(monkeypatch, trial: Trial, job: str) -> None:
    """Pause the job at the moment when its next batch has been claimed and begins to settle."""
    settle = run.enroll_as_planned

    def pause_then_settle(*given):
        stopping.pause_job(trial.actor, job)
        return settle(*given)

    monkeypatch.setattr(run, "enroll_as_planned", pause_then_settle)


def test_a_batch_in_progress_finishes(trial: Trial, workflow, monkeypatch):
    job = big(trial, workflow)
    pause_during_batch(monkeypatch, trial, job)
    trial.run_batch(trial.batches(job)[0].id)
    assert state(trial, job) == ("paused", "person") and done(trial, job) == 1


def test_it_ends_when_its_last_batch_ends_after_the_pause(trial: Trial, workflow, monkeypatch):
    job = trial.started(lines(*addresses(3)), workflow, missing="create")
    pause_during_batch(monkeypatch, trial, job)
    [batch] = trial.batches(job)
    trial.run_batch(batch.id)
    trial.sweep()
    assert state(trial, job) == ("completed", None)
    trial.holds(job)


def test_it_ends_when_its_last_batch_ends_after_pause_and_resume(trial: Trial, workflow):
    """The first batch was claimed at the moment of the pause, so nobody has noted that the job has begun."""
    job = trial.started(lines(*addresses(3)), workflow, missing="create")
    [batch] = trial.batches(job)
    trial.run_batch(batch.id)
    trial.change_job(job, status="queued", started_at=None, finished_at=None, totals={})
    trial.sweep()
    assert state(trial, job) == ("completed", None)
    trial.holds(job)


def test_a_persons_pause_outlasts_that_of_the_workflow(trial: Trial, workflow):
    job = big(trial, workflow)
    pause(trial, job)
    set_workflow(trial, workflows.pause, workflow)
    trial.sweep()
    set_workflow(trial, workflows.activate, workflow)
    trial.sweep()
    trial.run_tasks()
    assert state(trial, job) == ("paused", "person")
    assert resume(trial, job) is None
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    trial.holds(job)


def test_a_person_may_hold_a_job_that_is_paused_with_its_workflow(trial: Trial, workflow):
    job = big(trial, workflow)
    set_workflow(trial, workflows.pause, workflow)
    trial.dispatch()
    assert state(trial, job) == ("paused", "workflow")
    pause(trial, job)
    set_workflow(trial, workflows.activate, workflow)
    trial.dispatch()
    assert state(trial, job) == ("paused", "person")


def test_resuming_while_the_workflow_is_paused_leaves_the_job_to_the_workflow(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    pause(trial, job)
    set_workflow(trial, workflows.pause, workflow)
    assert resume(trial, job) is PausedBy.WORKFLOW
    assert resume(trial, job) is PausedBy.WORKFLOW, "twice does no harm"
    trial.dispatch()
    assert state(trial, job) == ("paused", "workflow")
    set_workflow(trial, workflows.activate, workflow)
    trial.dispatch()
    assert state(trial, job) == ("queued", None)
    assert actions(trial) == ["job_paused", "job_resumed"] * 2
    log = words_of(bob.get("/activity").text)
    for entry in (
        "paused the enrollment in Welcome",
        "resumed the enrollment in Welcome",
        "paused the enrollment in Welcome with its workflow",
        "resumed the enrollment in Welcome with its workflow",
    ):
        assert entry in log


def test_a_brake_holds_until_a_person_resumes(trial: Trial, workflow):
    job = big(trial, workflow)
    with trial.acting(), transaction():
        assert jobs.pause(trial.actor.account_id, trial.job(job).id, PausedBy.BRAKE, now())
    trial.sweep()
    pause(trial, job)
    assert state(trial, job) == ("paused", "brake")
    assert resume(trial, job) is None and state(trial, job) == ("queued", None)


def test_doing_it_twice_does_no_harm(trial: Trial, workflow):
    job = big(trial, workflow)
    for _ in range(2):
        pause(trial, job)
    for _ in range(2):
        assert resume(trial, job) is None
    assert actions(trial) == ["job_paused", "job_resumed"]


def test_an_import_can_be_paused_too(trial: Trial):
    job = big(trial, None)
    pause(trial, job)
    trial.sweep()
    trial.run_tasks()
    assert state(trial, job) == ("paused", "person") and done(trial, job) == 0
    resume(trial, job)
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    trial.holds(job)


@pytest.mark.parametrize(
    "status", ["pending", "validating", "cancelling", "completed", "cancelled", "failed"]
)
def test_what_cannot_be_paused_or_resumed(trial: Trial, workflow, status):
    job = big(trial, workflow)
    trial.change_job(job, status=status)
    for attempt in (pause, resume):
        with pytest.raises(Conflict) as refused:
            attempt(trial, job)
        is_over = status in ("completed", "cancelled", "failed")
        assert (refused.value.code == "JOB_FINISHED") == is_over
        assert state(trial, job) == (status, None)


def test_a_paused_job_can_be_canceled(trial: Trial, workflow):
    job = big(trial, workflow)
    trial.run_batch(trial.batches(job)[0].id)
    pause(trial, job)
    trial.cancel(job)
    assert state(trial, job) == ("cancelling", None)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 10, "CANCELLED": 90}


def test_who_may(trial: Trial, app, vera, mallory, workflow):
    job = big(trial, workflow)
    for one in (stopping.pause_job, stopping.resume_job, stopping.cancel_job):
        with app.app_context(), pytest.raises(NotAllowed):
            one(vera.actor, job)
        with app.app_context(), pytest.raises(NotFound):
            one(mallory.actor, job)
    for address in ("pause", "pause/removal"):
        assert vera.post(f"/enrollments/{job}/{address}").status_code == 403
        assert mallory.post(f"/enrollments/{job}/{address}").status_code == 404
    assert state(trial, job) == ("queued", None)
    page = page_of(vera, job)
    assert "/pause" not in page and "Cancel job" not in page


def test_pausing_takes_no_time_from_rate_and_time_left(trial: Trial, workflow):
    job = big(trial, workflow)
    trial.run_batch(trial.batches(job)[0].id)
    trial.change_job(job, started_at=now() - timedelta(seconds=110), paused_seconds=100.0)
    progress = trial.progress(job)
    assert progress.rate == pytest.approx(1.0, rel=0.2) and progress.seconds_left == pytest.approx(
        90, rel=0.2
    )
    pause(trial, job)
    trial.change_job(
        job, started_at=now() - timedelta(seconds=3710), paused_at=now() - timedelta(seconds=3600)
    )
    assert trial.progress(job).rate == pytest.approx(1.0, rel=0.2), "nor does the pause under way"
    resume(trial, job)
    assert trial.job(job).paused_seconds == pytest.approx(3700, abs=5)
    assert trial.progress(job).seconds_left == pytest.approx(90, rel=0.2)


def test_many_at_once_leave_one_clear_state(trial: Trial, workflow):
    job = big(trial, workflow)

    def paused() -> None:
        with trial.acting():
            stopping.pause_job(trial.actor, job)

    def resumed() -> None:
        with trial.acting():
            stopping.resume_job(trial.actor, job)

    first = trial.batches(job)[0].id
    answers = at_once(
        trial.app, paused, resumed, paused, resumed, trial.dispatch, lambda: trial.run_batch(first)
    )
    assert answers == [None] * 6
    status, paused_by = state(trial, job)
    assert (status, paused_by) in {("paused", "person"), ("processing", None), ("queued", None)}
    assert (trial.job(job).paused_at is not None) == (status == "paused")
    resume(trial, job)
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100}


def test_the_page_says_who_paused_it_and_what_to_do(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    assert "Pause" in words_of(page_of(bob, job))
    answer = bob.post(f"/enrollments/{job}/pause")
    assert (answer.status_code, answer.location) == (303, f"/enrollments/{job}")
    page = page_of(bob, job)
    assert "Paused. Batches in progress will finish." in page
    assert "Bob paused this job. Rows that aren’t processed yet wait until it is resumed." in page
    assert f'action="/enrollments/{job}/pause/removal"' in page and f'/enrollments/{job}/pause"' not in page
    set_workflow(trial, workflows.pause, workflow)
    page = page_of(bob, job)
    assert "Bob paused this job, and the workflow is paused too. Resume both to continue." in page
    assert f'<a href="/workflows/{workflow}">Open workflow</a>' in page
    panel = bob.htmx("get", f"/enrollments/{job}/panel?seen=paused-person&rows=0").text
    assert 'hx-trigger="job-news, every 5s"' in panel and "job-actions" not in panel
    bob.post(f"/enrollments/{job}/pause/removal")
    page = page_of(bob, job)
    assert "The job resumes when its workflow is active again." in page
    assert "Paused because the workflow is paused." in page and "/pause" not in page
    panel = bob.htmx("get", f"/enrollments/{job}/panel?seen=paused-person&rows=0").text
    assert "job-actions" in panel, "what stands around the panel has changed"
    set_workflow(trial, workflows.activate, workflow)
    trial.dispatch()
    assert f'action="/enrollments/{job}/pause"' in page_of(bob, job)


def test_pressing_a_button_brings_the_panel_and_what_stands_around_it(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    paused = bob.htmx("post", f"/enrollments/{job}/pause").text
    assert 'id="job-panel"' in paused and f'hx-post="/enrollments/{job}/pause/removal"' in paused
    status = re.search(r'role="status">(.*?)</p>', paused, re.S)
    assert status and status[1].strip().startswith("Bob paused this job."), "is announced"
    resumed = bob.htmx("post", f"/enrollments/{job}/pause/removal").text
    assert f'hx-post="/enrollments/{job}/pause"' in resumed
    assert "Resumed." not in page_of(bob, job), "nothing is left over for the next page"
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    late = bob.htmx("post", f"/enrollments/{job}/pause")
    assert late.status_code == 200 and "100 people were added" in late.text and "/pause" not in late.text
    ended = trial.job(job).finished_at
    trial.change_job(job, started_at=ended - timedelta(seconds=1805), paused_seconds=1800.0)
    assert "took 5 seconds, paused for 30 minutes" in words_of(page_of(bob, job))
    answer = bob.post(f"/enrollments/{job}/pause")
    assert answer.status_code == 303 and "This job has already finished." in page_of(bob, job)


def test_how_a_brake_is_told(trial: Trial, bob, workflow):
    job = big(trial, workflow)
    trial.change_job(job, status="paused", paused_by="brake", paused_at=now())
    page = page_of(bob, job)
    assert "Muster paused this job because something went wrong." in page and "Resume" in page
    with trial.acting():
        assert show_job(trial.actor, job).can_be_resumed


def test_the_worker_of_a_batch_does_not_go_on_with_the_next_one(trial: Trial, workflow):
    """Paused after the worker has claimed a batch: this one is finished, and no other begins."""
    job = big(trial, workflow)
    with trial.acting(), transaction():
        claim = claims.claim(trial.actor.account_id, trial.batches(job)[0].id, now(), None)
    assert claim is not None
    pause(trial, job)
    with trial.acting():
        read = trial.job(job)
        done = run._do(read, claim, lambda: True, 1, limits_of(read))
    assert done.next_claim is None
    assert [batch.status for batch in trial.batches(job)] == ["completed", *["pending"] * 9]
    trial.holds(job)

"""Cancelling a job: what it says before, what it leaves, and that doing it twice does no harm (B-13)."""

from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.infrastructure.store import batches
from tests.rooms.bulk_enrollment.jobs import MIXED, page_of, people, shown, start_job, words_of


def cancel(person, job):
    return person.post(f"/enrollments/{job}/cancellation")


def test_a_job_that_has_not_begun_is_cancelled_at_once(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(5))
    words = words_of(page_of(bob, job))
    assert "Nothing has been processed yet. All 5 rows will be skipped." in words
    answer = cancel(bob, job)
    assert (answer.status_code, answer.location) == (303, f"/enrollments/{job}")
    words = words_of(page_of(bob, job))
    assert "Canceled before anyone was added." in words
    assert "0% 0 of 5 rows" in words and "Canceled CANCELLED 5" in words
    assert "All of them count as canceled." in words
    run_tasks()
    assert shown(app, bob.actor, job).state.progress.succeeded == 0


def test_in_the_middle_the_rest_is_left_out_and_nobody_is_taken_out(app, bob, run_tasks, monkeypatch):
    job = start_job(app, bob.actor, people(50), batch_size=10)
    _run_two_batches(run_tasks, monkeypatch)
    page = page_of(bob, job)
    assert "30 of 50 rows haven’t been processed yet and will be skipped. People already added stay." in page
    assert cancel(bob, job).status_code == 303
    page = page_of(bob, job)
    assert "Canceling. 20 people were added to Welcome." in page and "cancel-dialog" not in page
    run_tasks()
    words = words_of(page_of(bob, job))
    assert "Canceled. 20 people were added to Welcome." in words
    assert "30 rows weren’t processed and were skipped." in words
    assert shown(app, bob.actor, job).status == "cancelled"


def test_the_second_click_is_harmless(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(5))
    cancel(bob, job)
    assert cancel(bob, job).status_code == 303
    assert "This job is already canceled." in page_of(bob, job)


def test_a_finished_job_has_no_button_and_cannot_be_cancelled(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    assert "Keep running" in page_of(bob, job)
    run_tasks()
    page = page_of(bob, job)
    assert "cancel-dialog" not in page and "Keep running" not in page
    answer = cancel(bob, job)
    assert answer.status_code == 409
    assert shown(app, bob.actor, job).status == "completed_with_errors"


def test_the_panel_takes_the_button_away_when_the_job_ends(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(5))
    run_tasks()
    answer = bob.htmx("get", f"/enrollments/{job}/panel?seen=processing&rows=0").text
    [actions] = [part for part in answer.split("<hx-partial") if 'hx-target="#job-actions"' in part]
    assert "<button" not in actions


def _run_two_batches(run_tasks, monkeypatch):
    """Let the workers do two batches, and the pump give out no more."""
    real, done = batches.grant, []

    def grant(*given):
        granted = real(*given)[: 2 - len(done)]
        done.extend(granted)
        return granted

    monkeypatch.setattr(run.batches, "grant", grant)
    monkeypatch.setattr(run, "_may_go_on", lambda until: False)
    run_tasks()
    monkeypatch.undo()

"""Polling a job's panel: nothing new costs no database; whatever was published is drawn at once."""

import html
import re
import threading

import pytest
from flask import Flask

from app import create_app
from app.bulk_enrollment.application.control.stopping import cancel_job
from app.bulk_enrollment.application.jobs import progress
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.presentation.report import panel_marks
from app.platform import events
from app.platform.database import db
from app.platform.tenancy import acting_for
from tests.people import Person, sign_in
from tests.rooms.bulk_enrollment.jobs import page_of, people, start_job
from tests.rooms.bulk_enrollment.trial import Trial
from tests.services.databases import Database
from tests.services.statements import statements
from tests.services.valkey import Valkey


def poll_of(page: str) -> str:
    """The address that a panel asks."""
    [address] = re.findall(r'hx-get="([^"]+/panel[^"]*)"', page)
    return html.unescape(address)


def test_a_poll_with_nothing_new_asks_no_database(app: Flask, bob: Person) -> None:
    job = start_job(app, bob.actor, people(30))
    address = poll_of(page_of(bob, job))
    with statements(app) as asked:
        for _ in range(3):
            answer = bob.htmx("get", address)
            assert answer.status_code == 204 and not answer.data
            assert answer.headers["Cache-Control"] == "no-store"
    assert asked == []


def test_what_was_published_is_drawn(app: Flask, bob: Person, run_tasks) -> None:
    job = start_job(app, bob.actor, people(30))
    address = poll_of(page_of(bob, job))
    run_tasks()
    answer = bob.htmx("get", address)
    assert answer.status_code == 200 and "30 of 30 rows" in answer.text
    assert "hx-get" not in re.findall(r'<section id="job-panel"[^>]*>', answer.text)[0], "polling ends"


def test_the_chip_of_a_job_never_lags_behind_its_panel(app: Flask, bob: Person, run_tasks) -> None:
    job = start_job(app, bob.actor, people(30), batch_size=10)
    trial = Trial(app, bob.actor, run_tasks)
    trial.plan(job)
    address = poll_of(page_of(bob, job))
    trial.run_batch(trial.batches(job)[0].id)
    answer = bob.htmx("get", address)
    assert "10 of 30 rows" in answer.text and shares(answer.text) == ["33%"]
    pressed = bob.htmx("post", f"/enrollments/{job}/pause").text
    assert shares(pressed) == ["33%"] and 'hx-target="#bell"' in pressed
    bob.post(f"/enrollments/{job}/cancellation")
    trial.finish(job)
    ended = bob.htmx("get", poll_of(answer.text)).text
    assert shares(ended) == [], "the job is over"
    assert 'aria-label="Notifications, 1 unread"' in ended, "without a chip nothing polls for the bell"


def shares(answer: str) -> list[str]:
    """The percentages in the chips that an answer puts in the place of those of the page."""
    [chips] = re.findall(r'<hx-partial hx-target="#running-jobs".*?</hx-partial>', answer, re.DOTALL)
    assert ("hx-get" in chips) == ("job-chip" in chips)
    return re.findall(r'job-chip-percent">([^<]+)<', chips)


def test_everything_that_moves_a_job_is_told(app: Flask, bob: Person, run_tasks) -> None:
    job = start_job(app, bob.actor, people(60), batch_size=20)
    run_tasks()
    with app.app_context():
        subscription = events.subscribe(bob.actor.account_id, progress.subject_of(job), wait_seconds=0.1)
        told = [event for event in iter(lambda: next(subscription), None) if event]
        subscription.close()
    kinds = [event.kind for event in told]
    assert kinds == ["rows_planned", "job_queued", *["batch_completed"] * 3, "job_finished"]
    assert sum(int(event.facts["rows"] or 0) for event in told if event.kind == "batch_completed") == 60


def test_a_cancellation_is_drawn_at_once(app: Flask, bob: Person) -> None:
    job = start_job(app, bob.actor, people(30))
    address = poll_of(page_of(bob, job))
    with app.app_context():
        cancel_job(bob.actor, job)
    answer = bob.htmx("get", address)
    assert answer.status_code == 200 and 'data-title="Canceled"' in answer.text


def test_a_panel_shows_all_that_was_told_before_its_mark(app: Flask, bob: Person) -> None:
    """The request has read the database before: what is committed and told meanwhile is not missed."""
    job = start_job(app, bob.actor, people(30))

    def cancel() -> None:
        with app.app_context():
            cancel_job(bob.actor, job)

    with app.app_context(), acting_for(bob.actor.account_id):
        assert report.show_job(bob.actor, job).status == JobStatus.PENDING
        canceling = threading.Thread(target=cancel)
        canceling.start()
        canceling.join()
        told = progress.latest_event(bob.actor.account_id, job)
        assert told not in (None, events.NOTHING)
        assert report.show_job(bob.actor, job).status == JobStatus.CANCELLED


def test_an_old_panel_is_drawn_again(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start_job(app, bob.actor, people(30))
    address = poll_of(page_of(bob, job))
    monkeypatch.setattr(panel_marks, "FRESH_SECONDS", 0.0)
    answer = bob.htmx("get", address)
    assert answer.status_code == 200
    monkeypatch.undo()
    assert bob.htmx("get", poll_of(answer.text)).status_code == 204, "and then is young again"


def test_only_the_page_that_was_drawn_is_spared(
    app: Flask, alice: Person, bob: Person, mallory: Person
) -> None:
    """A mark that was changed, or was given to somebody else or for another job, says nothing."""
    job, other = start_job(app, bob.actor, people(30)), start_job(app, bob.actor, people(3), "Other")
    address = poll_of(page_of(bob, job))
    mark = address.partition("shown=")[2]
    assert alice.htmx("get", address).status_code == 200, "she sees it as hers, drawn for her"
    assert mallory.htmx("get", address).status_code == 404
    assert app.test_client().get(address, headers={"HX-Request": "true"}).status_code == 401
    assert bob.htmx("get", address.replace(job, other)).status_code == 200
    for odd in (mark[:-2], "", "x", "%00", mark + "x"):
        assert bob.htmx("get", address.replace(mark, odd)).status_code == 200
    bob.post("/sign-out")
    assert bob.htmx("get", address).status_code == 401


def test_without_the_queue_server_every_poll_is_drawn(app: Flask, bob: Person, database: Database) -> None:
    job = start_job(app, bob.actor, people(30))
    own = Valkey().start()
    lonely = create_app(database.settings(REDIS_URL=own.url))
    person = sign_in(lonely, "bob")
    with_events = poll_of(page_of(person, job))
    own.kill()
    drawn = person.htmx("get", with_events)
    assert drawn.status_code == 200 and "0 of 30 rows" in drawn.text
    without = poll_of(drawn.text)
    assert "shown=" not in without
    assert person.htmx("get", without).status_code == 200
    with lonely.app_context():
        db.engine.dispose()
    own.remove()

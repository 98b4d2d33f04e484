"""A job's end, failure, or pause by Muster is told to the person who started it, exactly once (B-12)."""

import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import Flask

from app.bulk_enrollment.application.jobs import run, sweep
from app.bulk_enrollment.application.telling import tell_pause
from app.notifications import application as notifications
from app.notifications.application import discarding
from app.notifications.infrastructure.tables import Notification
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, lines


def told(app: Flask) -> Sequence[Notification]:
    """All notifications of the installation, oldest first."""
    with app.app_context():
        query = sa.select(Notification).order_by(Notification.id)
        return session().scalars(query, execution_options={"cross_account": True}).all()


def bell(person: Person) -> str:
    found = re.search(r'id="bell"[^>]*aria-label="([^"]*)"', person.get("/notifications").text)
    assert found
    return found[1]


def test_the_end_is_told_to_the_one_who_started_it(
    app: Flask, alice: Person, bob: Person, vera: Person, sam: Person, import_people: Callable[..., str]
) -> None:
    job = import_people()
    assert bell(bob) == "Notifications, 1 unread"
    page = words_of(bob.get("/notifications").text)
    assert "Import of people.csv: completed with errors" in page
    assert "2 new contacts added. 1 row needs fixing." in page
    for other in (alice, vera, sam):
        assert bell(other) == "Notifications"
        page = other.get("/notifications").text
        assert "No notifications yet" in page and "or a job waits for your approval" in page
    [one] = told(app)
    answer = bob.get(f"/notifications/{one.id}")
    assert (answer.status_code, answer.location) == (303, f"/enrollments/{job}")
    assert bell(bob) == "Notifications"


def test_repeated_ends_are_told_once(app: Flask, trial: Trial, import_people: Callable[..., str]) -> None:
    job_id = trial.job(import_people()).id
    with app.app_context():
        assert not run.finish_if_done(trial.actor.account_id, job_id)
        sweep.sweep()
    assert len(told(app)) == 1


def test_a_canceled_job_is_told_once(app: Flask, trial: Trial) -> None:
    before_rows = trial.start(lines("ann@example.com"), None, missing="create")
    trial.cancel(before_rows)
    trial.finish(before_rows)
    assert [(one.subject_id, one.facts["status"]) for one in told(app)] == [(before_rows, "cancelled")]


def test_a_file_that_cannot_be_read_is_told(app: Flask, bob: Person, trial: Trial) -> None:
    job = trial.start(lines("ann@example.com"), None, missing="create")
    with app.app_context(), acting_for(trial.actor.account_id):
        from app.files.infrastructure import storage

        upload = trial.job(job).selection.upload_id
        storage.remove(trial.actor.account_id, upload)
    trial.finish(job)
    assert trial.job(job).status == "failed"
    assert [one.facts["status"] for one in told(app)] == ["failed"]
    page = words_of(bob.get("/notifications").text)
    assert "Import of people.csv: failed" in page and trial.job(job).failure in page


def test_a_pause_by_muster_says_why(app: Flask, bob: Person, trial: Trial) -> None:
    job = trial.start(lines("ann@example.com"), None, missing="create")
    with app.app_context(), acting_for(trial.actor.account_id), transaction():
        from app.bulk_enrollment.infrastructure.store import jobs

        number = trial.job(job).id
        jobs.change(trial.actor.account_id, number, status="paused")
        tell_pause(trial.actor.account_id, number, "More than 20% of the rows failed.")
    page = words_of(bob.get("/notifications").text)
    assert "Import of people.csv: paused by Muster More than 20% of the rows failed." in page


def test_a_rolled_back_end_tells_nothing(app: Flask, trial: Trial) -> None:
    job = trial.start(lines("ann@example.com"), None, missing="create")
    with app.app_context(), acting_for(trial.actor.account_id):
        try:
            with transaction():
                notifications.tell(trial.actor.account_id, trial.actor.user_id, "job_ended", job, {})
                raise RuntimeError
        except RuntimeError:
            pass
    assert told(app) == []


def test_marking_as_read(app: Flask, bob: Person, alice: Person, import_people: Callable[..., str]) -> None:
    import_people(), import_people(), import_people()
    first, second, third = (one.id for one in told(app))
    assert bob.post(f"/notifications/{second}/reading").status_code == 303
    assert bell(bob) == "Notifications, 2 unread"
    assert alice.post(f"/notifications/{first}/reading").status_code == 404
    assert alice.get(f"/notifications/{first}").status_code == 404
    assert bob.post("/notifications/reading", {"up_to": str(second)}).status_code == 303
    assert bell(bob) == "Notifications, 1 unread", "one that came after the page was loaded"
    bob.post("/notifications/reading")
    assert bell(bob) == "Notifications"
    assert bob.get(f"/notifications/{third}").status_code == 303


def test_pages_hold_a_bounded_number(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        for number in range(130):
            facts = {"kind": "import", "status": "completed", "file": f"<b>{number}</b>.csv"}
            notifications.tell(bob.actor.account_id, bob.actor.user_id, "job_ended", f"job-{number}", facts)
    page = bob.get("/notifications").text
    assert page.count('class="work-item ') == 25 and "<b>129" not in page and "&lt;b&gt;129" in page
    assert bell(bob) == "Notifications, 99 or more unread"
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert "&lt;b&gt;104&lt;/b&gt;.csv" in bob.get(older[1]).text


def test_polls_of_running_jobs_refresh_the_bell(bob: Person, import_people: Callable[..., str]) -> None:
    import_people()
    answer = bob.htmx("get", "/enrollments/running").text
    assert 'hx-target="#bell"' in answer and "1 unread" in answer


def test_old_notifications_are_deleted(
    app: Flask, configure: Callable[..., None], import_people: Callable[..., str]
) -> None:
    import_people()
    with app.app_context():
        discarding.discard_old()
    assert len(told(app)) == 1
    with app.app_context(), transaction() as writing:
        writing.execute(
            sa.update(Notification).values(created_at=sa.func.datetime("2020-01-01"))
            if writing.get_bind().dialect.name == "sqlite"
            else sa.update(Notification).values(created_at=sa.text("timestamptz '2020-01-01'")),
            execution_options={"cross_account": True},
        )
    with app.app_context():
        discarding.discard_old()
    assert told(app) == []

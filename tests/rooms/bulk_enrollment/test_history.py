"""History (B-16): jobs are filtered by date, kept for a time, and then deleted with their rows and files; the
report of a finished job."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.jobs import discarding
from app.bulk_enrollment.application.undoing import undo_job
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, EnrollmentRow
from app.contacts.infrastructure.tables import Contact
from app.files import application as files
from app.files.infrastructure.tables import Upload
from app.notifications.infrastructure.tables import Notification
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


def age(trial: Trial, job: str, days: int) -> None:
    """Let a job have started and ended so many days ago."""
    at = now() - timedelta(days=days)
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentJob)
            .where(EnrollmentJob.public_id == job)
            .values(created_at=at, finished_at=sa.case((EnrollmentJob.finished_at.isnot(None), at)))
        )
        session().execute(sa.update(Upload).values(created_at=at))


def count(trial: Trial, table) -> int:
    with trial.acting():
        return session().scalar(sa.select(sa.func.count()).select_from(table)) or 0


def expire(trial: Trial) -> None:
    with trial.app.app_context():
        discarding.discard_expired()
    trial.run_tasks()
    with trial.app.app_context():
        files.discard_unused()


def test_the_list_is_filtered_by_date(bob, trial):
    jobs = [trial.run(lines(f"p{number}@example.com"), None, missing="create") for number in range(3)]
    for job, days in zip(jobs, (40, 20, 0), strict=True):
        age(trial, job, days)

    def shown(**asked):
        page = bob.get("/contacts/imports", query_string=asked).text
        return [job in page for job in jobs]

    def day(ago):
        return (now() - timedelta(days=ago)).astimezone(ZoneInfo(bob.actor.time_zone)).date().isoformat()

    assert shown() == [True, True, True]
    assert shown(**{"from": day(30)}) == [False, True, True]
    assert shown(to=day(30)) == [True, False, False]
    assert shown(**{"from": day(20), "to": day(20)}) == [False, True, False]
    assert shown(**{"from": "nonsense", "to": "9999-99-99"}) == [True, True, True]
    page = bob.get("/contacts/imports", query_string={"from": day(3000), "to": day(2999)}).text
    assert "Nothing matches these filters." in page and f'value="{day(3000)}"' in page


def test_old_jobs_are_deleted_with_rows_batches_file_and_notifications(bob, trial):
    workflow = active(trial.app, bob.actor)
    old = trial.run(lines(*addresses(30), "bad"), workflow, missing="create", tags=("Spring",))
    fresh = trial.run(lines(*addresses(3, first=50)), None, missing="create")
    age(trial, old, 91)
    upload = trial.job(fresh).upload_id
    people, folder = count(trial, Contact), trial.app.extensions["settings"].uploads_dir
    assert len(list(folder.rglob("*.gz"))) >= 2
    expire(trial)
    with trial.acting():
        assert [job.public_id for job in session().scalars(sa.select(EnrollmentJob))] == [fresh]
        assert {row.job_id for row in session().scalars(sa.select(EnrollmentRow))} == {trial.job(fresh).id}
        assert {one.job_id for one in session().scalars(sa.select(EnrollmentBatch))} == {trial.job(fresh).id}
        assert [one.subject_id for one in session().scalars(sa.select(Notification))] == [fresh]
        assert list(session().scalars(sa.select(Upload.id))) == [upload]
    assert count(trial, Contact) == people, "contacts stay"
    assert bob.get(f"/enrollments/{old}").status_code == 404
    assert bob.get(f"/enrollments/{fresh}").status_code == 200
    log = words_of(bob.get("/activity").text)
    assert "Muster deleted the enrollment in “Welcome” (finished more than 90 days ago)" in log
    with trial.acting():
        one = session().scalars(sa.select(Contact).limit(1)).one()
    assert bob.get(f"/contacts/{one.id}").status_code == 200, "a contact whose job is gone"


def test_unfinished_jobs_are_never_deleted(trial):
    job = trial.start(lines("ann@example.com"), None, missing="create")
    age(trial, job, 400)
    expire(trial)
    assert trial.job(job).public_id == job


def test_a_job_stays_as_long_as_its_undo_is_not_over(trial, bob):
    job = trial.run(lines(*addresses(3)), active(trial.app, bob.actor), missing="create")
    with trial.acting():
        undo = undo_job(bob.actor, job).public_id
    trial.plan(undo)
    with trial.acting():
        stopping.pause_job(bob.actor, undo)
    age(trial, job, 91)
    expire(trial)
    with trial.acting():
        stopping.resume_job(bob.actor, undo)
    trial.change_batches(undo, lease_until=None)  # or it would be waited for
    trial.finish(undo)
    assert trial.job(undo).totals == {"CONTACT_REMOVED": 3}
    expire(trial)
    assert trial.count_jobs() == 1


def test_a_large_job_is_deleted_in_pieces(trial, monkeypatch):
    monkeypatch.setattr(discarding, "ROWS", 10)
    job = trial.run(lines(*addresses(35)), None, missing="create")
    age(trial, job, 91)
    with trial.app.app_context():
        discarding.discard_expired()
    assert count(trial, EnrollmentRow) == 35, "hidden first"
    trial.run_tasks()
    assert count(trial, EnrollmentRow) == 0 and count(trial, EnrollmentJob) == 0


def test_the_time_is_a_setting_and_the_page_says_it(bob, trial, monkeypatch):
    from dataclasses import replace

    settings = trial.app.extensions["settings"]
    monkeypatch.setitem(trial.app.extensions, "settings", replace(settings, job_retention_days=7))
    job = trial.run(lines("ann@example.com"), None, missing="create")
    age(trial, job, 6)
    expire(trial)
    assert "Imports are kept for 7 days after they finish." in words_of(bob.get("/contacts/imports").text)
    age(trial, job, 8)
    expire(trial)
    assert count(trial, EnrollmentJob) == 0


def test_the_report_of_a_finished_job(bob, vera, mallory, trial):
    workflow = active(trial.app, bob.actor)
    job = trial.run(
        lines(*addresses(4), "bad"), workflow, missing="create", consent_basis="opt_in", tags=("Spring",)
    )
    answer = vera.get(f"/enrollments/{job}/report")
    page = words_of(answer.text)
    for said in (
        "Welcome", "4 people were added to Welcome.", "1 row needs fixing.",
        "Added to workflow ENROLLED Succeeded 4 80.0%", "Needs fixing VALIDATION_ERROR Failed 1 20.0%",
        "Total 5", "by Bob", "Legal basis Opt-in (signed up or gave consent)", "people.csv", "Spring", job,
        "Times are in Europe/Berlin.",
    ):  # fmt: skip
        assert said in page, said
    with trial.acting():
        assert session().scalars(sa.select(Upload.sha256)).one() in page
    assert f"/enrollments/{job}/report" in page_of(bob, job)
    assert mallory.get(f"/enrollments/{job}/report").status_code == 404


def test_a_running_job_has_no_report_yet(bob, trial):
    job = trial.start(lines("ann@example.com"), None, missing="create")
    answer = bob.get(f"/enrollments/{job}/report")
    assert (answer.status_code, answer.location) == (303, f"/enrollments/{job}")


@pytest.mark.parametrize("kind", ["failed", "cancelled"])
def test_reports_of_jobs_without_results(bob, trial, kind):
    job = trial.start(lines("ann@example.com"), None, missing="create")
    if kind == "cancelled":
        trial.cancel(job)
    else:
        from app.files.infrastructure import storage

        with trial.acting():
            storage.remove(trial.actor.account_id, trial.job(job).selection.upload_id)
    trial.finish(job)
    assert trial.job(job).status == kind
    assert bob.get(f"/enrollments/{job}/report").status_code == 200

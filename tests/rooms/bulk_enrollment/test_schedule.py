"""Jobs that start later: at their time, also after a restart, and not before; changed, canceled (B-21)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.application import suspension
from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.control import schedule, stopping
from app.bulk_enrollment.application.jobs import start as starting
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain import job_texts
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.database import session
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound, TooMuch
from app.platform.tenancy import acting_for
from app.platform.text.pace import Drip
from app.workflows import application as workflows
from tests.people import sign_in
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def scheduled(trial: Trial, workflow: str, clock: AppClock, **more) -> str:
    """A job of twenty people that starts in three hours."""
    chosen = {
        "missing": "create",
        "scheduled_at": clock.at + timedelta(hours=3),
        "time_zone": "Europe/Berlin",
    }
    return trial.start(lines(*addresses(20)), workflow, **(chosen | more))


def reschedule(trial: Trial, job: str, at: datetime | None) -> None:
    """Change the start, or start now (None)."""
    with trial.acting():
        if at is None:
            schedule.start_scheduled_job(trial.actor, job)
        else:
            schedule.reschedule_job(trial.actor, job, at)


def test_it_starts_at_its_time_and_not_before(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    clock.go(hours=2, minutes=59, seconds=59)
    trial.settle()
    assert trial.job(job).status == "scheduled" and trial.enrolled(job) == 0
    clock.go(seconds=1)
    trial.settle()
    trial.holds(job)
    found = trial.job(job)
    assert found.status == "completed" and found.started_at == clock.at and found.totals == {"ENROLLED": 20}


def test_one_whose_time_came_while_nothing_ran_starts_at_once(
    trial: Trial, workflow, clock: AppClock
) -> None:
    job = scheduled(trial, workflow, clock)
    clock.go(hours=27)  # exactly a day late
    trial.settle()
    assert trial.job(job).status == "completed"


@pytest.fixture
def missed(trial: Trial, workflow, clock: AppClock) -> str:
    """A job that nothing started for more than a day after its time."""
    job = scheduled(trial, workflow, clock)
    clock.go(hours=27, seconds=1)
    trial.settle()
    clock.go(days=30)
    trial.settle()
    return job


def test_one_that_missed_its_start_by_days_waits_for_a_person(trial: Trial, missed, app) -> None:
    bob, alice = sign_in(app, "bob"), sign_in(app, "alice")
    found = trial.job(missed)
    assert (found.status, found.not_before) == ("scheduled", None) and trial.enrolled(missed) == 0
    words = "Missed its start on Tue, Dec 1, 2026, 4:00 PM (Europe/Berlin) by more than a day."
    page = bob.get(f"/enrollments/{missed}").text
    assert (
        'data-title="Missed its start"' in page and "Choose another time" in page and "Keep waiting" in page
    )
    assert words in page and "hasn’t started." in page and "Start now" in page and "Cancel job" in page
    assert "Missed its start" in words_of(bob.get("/enrollments").text)
    home = words_of(alice.get("/").text)
    assert words in home and "Nothing is in progress" in home, "Home asks for a decision"
    assert missed not in bob.get("/enrollments/running").text
    assert "Not started · Bob" in words_of(bob.get("/enrollments").text)
    told = words_of(bob.get("/notifications").text)
    assert "Welcome (people.csv): missed its start" in told and told.count(words) == 1
    assert "didn’t start the enrollment in Welcome in time (scheduled for Dec 1, 2026" in words_of(
        bob.get("/activity").text
    )


def test_one_that_missed_its_start_is_started_moved_or_canceled(
    trial: Trial, missed, workflow, clock: AppClock
) -> None:
    others = [scheduled(trial, workflow, clock, missing="create") for _ in range(2)]
    clock.go(days=3)
    trial.settle()
    reschedule(trial, missed, None)
    trial.settle()
    assert trial.job(missed).status == "completed" and trial.enrolled(missed) == 20
    reschedule(trial, others[0], clock.at + timedelta(hours=1))
    clock.go(hours=1)
    trial.settle()
    assert trial.job(others[0]).status == "completed"
    trial.cancel(others[1])
    assert trial.job(others[1]).status == "cancelled"
    trial.holds(missed, *others)


def test_none_starts_while_its_account_is_suspended(
    app, alice, sam, run_tasks, clock: AppClock
) -> None:  # P-03
    """On reactivation, one whose time was more than a day ago waits for a person."""
    trial, workflow = Trial(app, sam.actor, run_tasks), active(app, sam.actor)
    early = scheduled(trial, workflow, clock)
    late = scheduled(trial, workflow, clock, scheduled_at=clock.at + timedelta(hours=27))
    with app.app_context():
        suspension.suspend_sub_account(alice.actor, sam.actor.account_id)
    clock.go(hours=28)
    trial.settle()
    assert [trial.job(job).status for job in (early, late)] == ["scheduled"] * 2
    with app.app_context():
        suspension.reactivate_sub_account(alice.actor, sam.actor.account_id)
    trial.settle()
    assert (trial.job(early).status, trial.job(early).not_before) == ("scheduled", None)
    assert (trial.job(late).status, trial.enrolled(late)) == ("completed", 20)


def test_one_that_missed_its_start_tells_the_address_asked_for(
    trial: Trial, workflow, clock: AppClock
) -> None:
    job = scheduled(trial, workflow, clock, notify_email="carol@example.net")
    clock.go(days=3)
    trial.sweep()
    trial.sweep()
    with trial.acting():
        emails = session().scalars(sa.select(OutgoingEmail)).all()
    assert [(one.kind, one.subject_id, one.address) for one in emails] == [
        ("job_missed_start", job, "carol@example.net")
    ]


def test_the_page_says_when(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock, drip=Drip(8, unit="hours"))
    with trial.acting():
        shown = show_job(trial.actor, job)
    assert shown.is_scheduled and shown.can_be_cancelled and not shown.can_be_resumed
    assert job_texts.happening(shown.facts) == (
        "Starts in 3 hours, on Tue, Dec 1, 2026, 4:00 PM (Europe/Berlin). "
        "20 people in 3 portions: the first today at 4:00 PM, the last today at 6:00 PM."
    )


def test_its_time_can_be_changed_until_it_starts(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    reschedule(trial, job, clock.at + timedelta(days=1))
    clock.go(hours=4)
    trial.settle()
    assert trial.job(job).status == "scheduled"
    reschedule(trial, job, clock.at + timedelta(minutes=1))
    clock.go(minutes=1)
    trial.settle()
    assert trial.job(job).status == "completed"
    with pytest.raises(Conflict):
        reschedule(trial, job, clock.at + timedelta(days=1))
    with trial.acting():
        entries = session().query(AuditEntry).order_by(AuditEntry.id).all()
    actions = [entry.action for entry in entries if entry.action.startswith("job_")]
    assert actions == ["job_scheduled", "job_rescheduled", "job_rescheduled", "job_started", "job_finished"]


def test_it_can_be_started_now(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    reschedule(trial, job, None)
    trial.settle()
    assert trial.job(job).status == "completed" and trial.job(job).options.scheduled_at is None


@pytest.mark.parametrize("as_draft", [False, True])
def test_it_can_be_canceled(trial: Trial, workflow, clock: AppClock, as_draft: bool) -> None:
    if as_draft:
        at = clock.at + timedelta(hours=3)
        draft = trial.draft(lines(*addresses(20)), workflow, missing="create", scheduled_at=at)
        trial.run_tasks()
        job = trial.start_draft(draft)
    else:
        job = scheduled(trial, workflow, clock)
    trial.cancel(job)
    clock.go(days=1)
    trial.settle()
    found = trial.job(job)
    assert found.status == "cancelled" and trial.enrolled(job) == 0 and found.totals == {"CANCELLED": 20}
    trial.holds(job)
    assert not trial.rows(job), "what a dry run planned is deleted"


def test_a_dry_run_can_be_scheduled_and_is_looked_at_again(trial: Trial, workflow, clock: AppClock) -> None:
    at = clock.at + timedelta(hours=3)
    draft = trial.draft(lines(*addresses(20)), workflow, missing="create", scheduled_at=at)
    trial.run_tasks()
    job = trial.start_draft(draft)
    assert trial.job(job).status == "scheduled" and trial.job(job).expected == {"ENROLLED": 20}
    trial.run(lines(*addresses(5)), workflow, missing="create")
    clock.go(hours=3)
    trial.settle()
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 15, "ALREADY_ENROLLED": 5}


def test_a_dry_run_whose_time_has_passed_is_not_started(trial: Trial, workflow, clock: AppClock) -> None:
    at = clock.at + timedelta(minutes=3)
    draft = trial.draft(lines(*addresses(20)), workflow, missing="create", scheduled_at=at)
    trial.run_tasks()
    clock.go(minutes=5)
    with pytest.raises(Invalid) as refused:
        trial.start_draft(draft)
    assert "has passed" in refused.value.message
    assert trial.job(draft).status == "draft"


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=-1), timedelta(days=400)])
def test_impossible_times_are_refused(trial: Trial, workflow, clock: AppClock, ahead) -> None:
    with pytest.raises(Invalid) as refused:
        scheduled(trial, workflow, clock, scheduled_at=clock.at + ahead)
    assert "scheduled_at" in refused.value.facts["fields"]
    job = scheduled(trial, workflow, clock)
    with pytest.raises(Invalid):
        reschedule(trial, job, clock.at + ahead)
    assert trial.job(job).not_before == clock.at + timedelta(hours=3)


def test_a_paused_workflow_pauses_it_at_its_start(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
    clock.go(hours=3)
    trial.settle()
    assert (trial.job(job).status, trial.job(job).paused_by) == ("paused", "workflow")
    with trial.acting():
        workflows.activate(trial.actor, workflow, workflows.Ask.NEVER)
    trial.settle()
    assert trial.job(job).status == "completed" and trial.enrolled(job) == 20


def test_an_archived_workflow_leaves_rows_to_retry(trial: Trial, workflow, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
        workflows.archive(trial.actor, workflow)
    clock.go(hours=3)
    trial.settle()
    trial.holds(job)
    assert trial.job(job).status == "completed_with_errors"
    assert trial.job(job).totals == {"WORKFLOW_INACTIVE": 20}


def test_a_limit_that_was_lowered_is_said_and_nobody_is_enrolled(
    trial: Trial, workflow, clock: AppClock
) -> None:
    job = scheduled(trial, workflow, clock)
    trial.limit(contacts_per_job=10)
    with pytest.raises(TooMuch):
        reschedule(trial, job, None)
    assert trial.job(job).status == "scheduled"
    clock.go(hours=3)
    trial.settle()
    found = trial.job(job)
    assert found.status == "failed" and found.failure.startswith("The limit is now 10 contacts per job")
    assert trial.enrolled(job) == 0


def test_it_counts_as_unfinished(trial: Trial, workflow, clock: AppClock) -> None:
    """So the limit is met when it is scheduled, not when it starts."""
    trial.limit(unfinished_jobs=1)
    scheduled(trial, workflow, clock)
    with pytest.raises(Exception, match="unfinished jobs"):
        trial.start(lines("a@example.com"), workflow, missing="create")


def test_a_filter_is_read_at_the_start(trial: Trial, workflow, clock: AppClock) -> None:
    trial.run(lines(*addresses(3)), None, missing="create", tags=["lead"])
    criteria = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}
    options = JobOptions(scheduled_at=clock.at + timedelta(hours=1))
    with trial.acting():
        wanted = starting.JobRequest(FilterSelection(criteria), options, workflow)
        job = starting.start_job(trial.actor, wanted).public_id
    assert trial.job(job).total == 3
    trial.run(lines(*addresses(2, first=10)), None, missing="create", tags=["lead"])
    clock.go(hours=1)
    trial.settle()
    trial.holds(job)
    assert trial.enrolled(job) == 5 and trial.job(job).total == 5


def test_who_may_change_the_start(trial: Trial, workflow, vera, mallory, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    with trial.acting():
        with pytest.raises(NotAllowed):
            schedule.reschedule_job(vera.actor, job, clock.at + timedelta(hours=1))
        with pytest.raises(NotAllowed):
            schedule.start_scheduled_job(vera.actor, job)
        with pytest.raises(Conflict, match="hasn’t started"):
            stopping.pause_job(trial.actor, job)
    with trial.app.app_context(), acting_for(mallory.actor.account_id), pytest.raises(NotFound):
        schedule.start_scheduled_job(mallory.actor, job)
    assert trial.job(job).status == "scheduled"


def test_local_times_are_moments(trial: Trial) -> None:
    with trial.acting():
        assert schedule.local_start(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") == (
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
            "skipped",
        )
        with pytest.raises(Invalid):
            schedule.local_start(datetime(2026, 3, 29, 2, 30), "../etc/passwd")


def test_the_place_in_the_queue_is_said(trial: Trial, workflow) -> None:
    jobs = [trial.start(lines(*addresses(3, 10 * at)), workflow, missing="create") for at in (1, 2, 3)]

    def waiting(job: str) -> str:
        with trial.acting():
            return job_texts.happening(show_job(trial.actor, job).facts)

    assert waiting(jobs[2]) == "Waiting for a background worker to read the file. 2 jobs before this one."
    assert waiting(jobs[0]) == "Waiting for a background worker to read the file."
    for job in jobs:
        trial.plan(job)
    assert (
        waiting(jobs[2]) == "All rows are checked. Waiting for a background worker. 2 jobs before this one."
    )
    trial.finish(*jobs)

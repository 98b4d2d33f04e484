"""Rate limits: exactly the permitted number of people, the rest waits, nothing fails (B-14)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.application.timing import allowance
from app.bulk_enrollment.domain import job_texts
from app.bulk_enrollment.infrastructure.tables import LimitedEnrollment
from app.platform.database import session
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def started(trial: Trial, workflow: str, people: int, first: int = 1, **choices) -> str:
    return trial.start(lines(*addresses(people, first)), workflow, missing="create", **choices)


def set_everywhere(trial: Trial, monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    """Set limits of the installation."""
    settings = trial.app.extensions["settings"]
    monkeypatch.setitem(trial.app.extensions, "settings", settings._replaced(**limits))


@pytest.mark.parametrize("batch_size", [None, 10])
def test_exactly_the_permitted_number_each_minute(
    trial: Trial, workflow, clock: AppClock, batch_size
) -> None:
    trial.limit(enrollments_per_minute=37)
    job = started(trial, workflow, 100, batch_size=batch_size)
    for expected in (37, 74, 100):
        trial.settle()
        trial.holds(job)
        assert trial.enrolled(job) == expected
        clock.go(seconds=59)
        trial.settle()
        assert trial.enrolled(job) == expected
        clock.go(seconds=1)
    assert trial.job(job).totals == {"ENROLLED": 100}
    assert all(batch.attempt <= 2 for batch in trial.batches(job)), "waiting is no attempt"


def test_the_page_says_what_it_waits_for(trial: Trial, workflow, clock: AppClock) -> None:
    trial.limit(enrollments_per_minute=5)
    job = started(trial, workflow, 8)
    trial.settle()
    with trial.acting():
        happening = job_texts.happening(show_job(trial.actor, job).facts)
    assert happening == "The limit of people enrolled per minute is reached. The job continues in 1 minute."


def test_the_jobs_of_an_account_share_its_limit(trial: Trial, workflow, clock: AppClock) -> None:
    """A small job gets its share beside a large one."""
    trial.limit(enrollments_per_minute=40)
    large = started(trial, workflow, 200)
    trial.plan(large)
    small = started(trial, workflow, 10, first=1_000)
    trial.settle()
    assert trial.enrolled(large) + trial.enrolled(small) == 40
    clock.go(minutes=1)
    trial.settle()
    assert trial.enrolled(large) + trial.enrolled(small) == 80
    assert trial.job(small).status == "completed", "it does not wait for the large one"


def test_all_accounts_share_the_limit_of_the_installation(
    app, trial: Trial, mallory, run_tasks, workflow, clock: AppClock, monkeypatch
) -> None:
    set_everywhere(trial, monkeypatch, max_enrollments_per_minute_overall=30)
    other = Trial(app, mallory.actor, run_tasks)
    mine = started(trial, workflow, 40)
    theirs = other.start(lines(*addresses(40)), active(app, mallory.actor), missing="create")
    trial.plan(mine)
    other.plan(theirs)
    for minute in (1, 2, 3):
        trial.settle()
        found = (trial.enrolled(mine), other.enrolled(theirs))
        assert sum(found) == min(80, 30 * minute) and min(found) > 0, "neither waits for the other to end"
        clock.go(minutes=1)
    trial.settle()
    trial.holds(mine)
    other.holds(theirs)


def test_a_burst_is_spread_over_seconds(trial: Trial, workflow, clock: AppClock, monkeypatch) -> None:
    monkeypatch.setattr(run, "SECONDS_IN_A_ROW", 0.0)  # the worker need not wait for the clock of the test
    trial.limit(enrollments_per_minute=50, enrollments_per_second=20)
    job = started(trial, workflow, 100)
    counts = []
    for _ in range(4):
        trial.settle()
        counts.append(trial.enrolled(job))
        clock.go(seconds=1)
    assert counts == [20, 40, 50, 50]
    clock.go(seconds=56)
    trial.settle()
    assert trial.enrolled(job) == 70, "the first ones are a minute ago"


def test_workers_at_the_same_time_stay_within_the_limit(app, trial: Trial, workflow, clock: AppClock) -> None:
    trial.limit(enrollments_per_minute=25)
    job = started(trial, workflow, 100, batch_size=20)
    trial.plan(job)
    calls = [lambda batch=batch: trial.run_batch(batch.id) for batch in trial.batches(job)]
    assert not [found for found in at_once(app, *calls) if isinstance(found, Exception)]
    trial.settle()
    trial.holds(job)
    assert trial.enrolled(job) == 25


def test_an_installation_may_lower_what_accounts_may_set(
    trial: Trial, workflow, clock: AppClock, monkeypatch
) -> None:
    trial.limit(enrollments_per_minute=1_000)
    set_everywhere(trial, monkeypatch, max_enrollments_per_minute=10)
    job = started(trial, workflow, 30)
    trial.settle()
    assert trial.enrolled(job) == 10


def test_without_limits_nothing_is_counted(trial: Trial, workflow, clock: AppClock) -> None:
    job = started(trial, workflow, 300)
    with trial.acting():
        assert not allowance.limits_of(trial.job(job))
    trial.settle()
    assert trial.enrolled(job) == 300
    with trial.acting():
        assert session().scalar(sa.select(sa.func.count()).select_from(LimitedEnrollment)) == 0


def test_imports_are_not_limited(trial: Trial, clock: AppClock) -> None:
    trial.limit(enrollments_per_minute=1)
    job = trial.start(lines(*addresses(20)), None, missing="create")
    trial.settle()
    assert trial.job(job).totals == {"CREATED": 20}


def test_old_counts_are_deleted(trial: Trial, workflow, clock: AppClock) -> None:
    trial.limit(enrollments_per_minute=5)
    job = started(trial, workflow, 5)
    trial.settle()
    assert trial.job(job).status == "completed"
    with trial.acting():
        count = sa.select(sa.func.count()).select_from(LimitedEnrollment)
        assert session().scalar(count) == 1
        clock.go(clock.at + timedelta(minutes=6))
        allowance.forget_old_counts()
        assert session().scalar(count) == 0

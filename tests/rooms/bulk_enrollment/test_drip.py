"""A job that is spread over time: never more people in a portion, whatever happens (B-15, B-27)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.control import schedule, stopping
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain import job_texts
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session, transaction
from app.platform.errors import Invalid
from app.platform.text.pace import WEEKDAYS, Drip
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines, set_status
from tests.rooms.workflows.drafts import active

HOURLY = Drip(100, unit="hours")


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def dripping(trial: Trial, workflow: str, people: int, drip: Drip, **choices) -> str:
    return trial.start(lines(*addresses(people)), workflow, missing="create", drip=drip, **choices)


def happening(trial: Trial, job: str) -> str:
    with trial.acting():
        return job_texts.happening(show_job(trial.actor, job).facts)


def test_each_portion_leaves_at_its_time(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 250, HOURLY)
    counts = []
    for _ in range(4):
        trial.settle()
        trial.holds(job)
        counts.append(trial.enrolled(job))
        clock.go(minutes=59)
        trial.settle()
        assert trial.enrolled(job) == counts[-1], "not before its time"
        clock.go(minutes=1)
    assert counts == [100, 200, 250, 250]
    assert trial.job(job).status == "completed" and trial.job(job).totals == {"ENROLLED": 250}


@pytest.mark.parametrize("batch_size", [None, 10])
def test_rows_that_are_not_enrolled_do_not_use_a_portion_up(
    trial: Trial, workflow, clock: AppClock, batch_size
) -> None:
    good = addresses(60)
    rows = [cell for one in good for cell in (one, "wrong at example.com", one)] + ["also wrong"] * 25
    job = trial.start(
        lines(*rows), workflow, missing="create", drip=Drip(25, unit="hours"), batch_size=batch_size
    )
    for expected in (25, 50, 60):
        trial.settle()
        trial.holds(job)
        assert trial.enrolled(job) == expected
        clock.go(hours=1)
    assert trial.job(job).totals == {"ENROLLED": 60, "DUPLICATE_IN_SELECTION": 60, "VALIDATION_ERROR": 85}
    assert trial.job(job).finished_at == clock.at - timedelta(hours=1), "the rest needs no portion"


def test_only_at_chosen_hours_and_days(trial: Trial, workflow, clock: AppClock) -> None:
    clock.go(datetime(2026, 12, 4, 16, 30, tzinfo=UTC))  # Friday, 17:30 in Berlin
    office = Drip(40, opens=540, closes=1020, weekdays=WEEKDAYS, zone="Europe/Berlin")
    job = dripping(trial, workflow, 100, office)
    trial.settle()
    assert trial.enrolled(job) == 0
    assert happening(trial, job).endswith(
        "leaves on Mon, Dec 7 at 9:00 AM, the last one on Wed, Dec 9 at 9:00 AM."
    )
    for at, expected in ((7, 40), (8, 80), (9, 100)):
        clock.go(datetime(2026, 12, at, 7, 59, tzinfo=UTC))
        trial.settle()
        assert trial.enrolled(job) == max(0, expected - 40 if expected < 100 else 80)
        clock.go(datetime(2026, 12, at, 8, 0, 1, tzinfo=UTC))
        trial.settle()
        assert trial.enrolled(job) == expected
    trial.holds(job)


def test_nobody_is_added_after_the_hours_end_in_the_middle_of_a_portion(
    trial: Trial, workflow, clock: AppClock
) -> None:
    clock.go(datetime(2026, 12, 1, 16, 59, 59, tzinfo=UTC))
    job = dripping(trial, workflow, 30, Drip(30, opens=540, closes=1020), batch_size=10)
    trial.plan(job)
    trial.run_batch(trial.batches(job)[0].id)
    clock.go(seconds=1)
    trial.settle()
    assert trial.enrolled(job) == 10
    clock.go(datetime(2026, 12, 2, 9, tzinfo=UTC))
    trial.settle()
    assert trial.enrolled(job) == 30


def test_a_pause_is_not_caught_up_on(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 500, HOURLY)
    trial.settle()
    with trial.acting():
        stopping.pause_job(trial.actor, job)
    clock.go(hours=5, minutes=30)
    trial.settle()
    assert trial.enrolled(job) == 100
    with trial.acting():
        stopping.resume_job(trial.actor, job)
    trial.settle()
    assert trial.enrolled(job) == 200
    clock.go(minutes=45)
    trial.settle()
    assert trial.enrolled(job) == 200, "an hour after the portion that was late"
    clock.go(minutes=15)
    trial.settle()
    assert trial.enrolled(job) == 300


def test_pausing_the_workflow_pauses_a_waiting_job(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 150, HOURLY)
    trial.settle()
    with trial.acting():
        workflows.pause(trial.actor, workflow)
    trial.settle()
    assert trial.job(job).status == "paused"
    with trial.acting():
        workflows.activate(trial.actor, workflow, workflows.Ask.NEVER)
    trial.settle()
    assert trial.job(job).status == "processing" and trial.enrolled(job) == 100
    clock.go(hours=1)
    trial.settle()
    assert trial.job(job).status == "completed"


def test_what_is_waiting_can_be_canceled(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 250, HOURLY)
    trial.settle()
    trial.cancel(job)
    trial.settle()
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100, "CANCELLED": 150}
    assert trial.job(job).status == "cancelled"
    progress = trial.progress(job)
    assert (progress.succeeded, progress.skipped, progress.total) == (100, 150, 250)


def test_more_people_than_planned_still_fit_the_portion(trial: Trial, workflow, clock: AppClock) -> None:
    """Rows that planning expected to be blocked are enrolled: the contacts were unblocked meanwhile."""
    known = trial.run(lines(*addresses(60)), None, missing="create")
    assert trial.job(known).status == "completed"
    set_status(trial, **{f"p{number}": "unsubscribed" for number in range(1, 41)})
    job = trial.start(lines(*addresses(60)), workflow, drip=Drip(15, unit="hours"))
    trial.plan(job)
    set_status(trial, **{f"p{number}": "active" for number in range(1, 41)})
    for expected in (15, 30, 45, 60):
        trial.settle()
        trial.holds(job)
        assert trial.enrolled(job) == expected
        clock.go(hours=1)
    assert trial.job(job).status == "completed"


def test_workers_at_the_same_time_share_a_portion(app, trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 100, Drip(35, unit="hours"), batch_size=20)
    trial.plan(job)
    calls = [lambda batch=batch: trial.run_batch(batch.id) for batch in trial.batches(job)]
    failures = [found for found in at_once(app, *calls) if isinstance(found, Exception)]
    assert not failures
    trial.settle()
    trial.holds(job)
    assert trial.enrolled(job) == 35


def test_a_portion_survives_a_worker_that_dies(trial: Trial, workflow, clock: AppClock, monkeypatch) -> None:
    """Its transaction is rolled back, and so is what it used of the portion."""
    from app.bulk_enrollment.application.jobs import run

    job = dripping(trial, workflow, 100, Drip(30, unit="hours"))
    trial.plan(job)
    settle = run.settle_part

    def die(*given):
        settle(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "settle_part", die)
    with pytest.raises(KeyboardInterrupt):
        trial.run_batch(trial.batches(job)[0].id)
    assert trial.enrolled(job) == 0
    monkeypatch.undo()
    AppClock(monkeypatch, clock.at)
    trial.change_batches(job, lease_until=None)
    trial.settle()
    trial.holds(job)
    assert trial.enrolled(job) == 30


def test_random_moments(trial: Trial, workflow, clock: AppClock) -> None:
    """Pauses, resumptions and jumps of the clock at random; no portion is too large, no two are too near."""
    dice = random.Random(7)
    job = dripping(trial, workflow, 90, Drip(20, every=10, unit="minutes"), batch_size=10)
    trial.settle()
    for _ in range(40):
        clock.go(seconds=dice.choice([1, 30, 299, 600, 601, 3_000]))
        act = dice.choice([stopping.pause_job, stopping.resume_job, None, None])
        if act is not None and trial.job(job).status not in ("completed",):
            with trial.acting():
                act(trial.actor, job)
        trial.settle()
        trial.holds(job)
        if trial.job(job).status == "completed":
            break
    if trial.job(job).status == "paused":
        with trial.acting():
            stopping.resume_job(trial.actor, job)
    for _ in range(6):
        trial.settle()
        clock.go(minutes=11)
    assert trial.job(job).status == "completed"
    with trial.acting():
        times = session().execute(
            sa.select(Enrollment.enrolled_at, sa.func.count())
            .where(Enrollment.job_id == trial.job(job).id)
            .group_by(Enrollment.enrolled_at)
            .order_by(Enrollment.enrolled_at)
        )
        found = [(at, count) for at, count in times]
    for at, _ in found:
        window = sum(count for other, count in found if at <= other < at + timedelta(minutes=9))
        assert window <= 20


def test_a_drip_must_be_possible(trial: Trial, workflow, clock: AppClock) -> None:
    for drip, field in (
        (Drip(0), "drip_people"),
        (Drip(1), None),
        (Drip(1, every=80), "drip_people"),
        (Drip(1, zone="Nowhere/Else"), "time_zone"),
    ):
        if field is None:
            dripping(trial, workflow, 5, drip)
            continue
        with pytest.raises(Invalid) as refused:
            dripping(trial, workflow, 10, drip)
        assert field in refused.value.facts["fields"]
    with pytest.raises(Invalid):
        trial.start(lines(*addresses(2)), None, missing="create", drip=Drip(1))


def test_the_figures_of_a_part_are_right(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 250, HOURLY)
    trial.settle()
    progress = trial.progress(job)
    assert (progress.processed, progress.succeeded, progress.percent) == (100, 100, 40.0)
    assert progress.rate is None and progress.seconds_left == pytest.approx(2 * 3600, abs=60)
    assert trial.outcomes(job).count("ENROLLED") == 100 and trial.outcomes(job).count("") == 150
    assert happening(trial, job) == (
        "The next portion leaves today at 1:00 PM, the last one today at 2:00 PM."
    )


def test_a_file_that_no_one_of_is_enrolled_ends_at_once(trial: Trial, workflow, clock: AppClock) -> None:
    job = trial.start(lines("wrong", "also wrong"), workflow, missing="create", drip=Drip(1, every=30))
    trial.settle()
    assert trial.job(job).status == "completed_with_errors"


def test_an_archived_workflow_does_not_wait_for_portions(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 250, HOURLY)
    trial.settle()
    with trial.acting():
        workflows.pause(trial.actor, workflow)
        workflows.archive(trial.actor, workflow)
    clock.go(hours=1)
    trial.settle()
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100, "WORKFLOW_INACTIVE": 150}


def test_the_timing_of_a_dry_run_can_be_changed(trial: Trial, workflow, clock: AppClock) -> None:
    draft = trial.draft(lines(*addresses(30)), workflow, missing="create")
    trial.run_tasks()
    with trial.acting():
        schedule.change_timing(trial.actor, draft, None, "UTC", Drip(20, unit="hours"))
    job = trial.start_draft(draft)
    trial.settle()
    assert trial.enrolled(job) == 20
    with trial.acting(), transaction():
        pass
    clock.go(hours=1)
    trial.settle()
    trial.holds(job)
    assert trial.enrolled(job) == 30

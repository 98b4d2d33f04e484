"""Schedule, rate limit, drip and pause while workers and clock are killed at random (B-14, B-15, B-21)."""

import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.control import schedule, stopping
from app.engine.infrastructure.tables import Enrollment
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Conflict
from app.platform.text.pace import Drip
from tests.chaos.siege import PEOPLE, WORKERS, Siege, eventually

A_SECOND = 640  # so that a job takes three


@pytest.fixture
def limited(siege: Siege):
    siege.trial.limit(enrollments_per_second=A_SECOND)
    yield siege
    siege.trial.limit(enrollments_per_second=999_999_999)


def times_of(siege: Siege, job: str) -> Counter[datetime]:
    """When the job enrolled how many people."""
    number = siege.trial.job(job).id
    with siege.trial.acting():
        rows = session().execute(
            sa.select(Enrollment.enrolled_at, sa.func.count())
            .where(Enrollment.job_id == number)
            .group_by(Enrollment.enrolled_at)
        )
        return Counter(dict(map(tuple, rows)))


def test_a_scheduled_job_keeps_its_time_and_the_limit(limited: Siege, dice, few_rounds, kills) -> None:
    siege, first = limited, 7_000_000 + few_rounds * PEOPLE
    workflow = siege.workflow(f"Round {few_rounds}")
    job = siege.start(workflow, first=first, scheduled_at=now() + timedelta(hours=1))
    at = now() + timedelta(seconds=dice.uniform(1.5, 3))
    with siege.trial.acting():
        schedule.reschedule_job(siege.actor, job, at)
    for _ in range(kills):
        time.sleep(dice.uniform(0, 2))
        act = dice.choice(["clock", "worker", "pause", "worker"])
        if act == "pause":
            _pause_for_a_moment(siege, job, dice.uniform(0, 1))
        else:
            siege.kill("clock" if act == "clock" else dice.choice(WORKERS))
    siege.all_is_well(job)
    siege.everybody_is_in(job)
    times = times_of(siege, job)
    assert at <= min(times) < at + timedelta(seconds=30)
    for one in times:
        window = sum(count for other, count in times.items() if one <= other < one + timedelta(seconds=1))
        assert window <= A_SECOND


def _pause_for_a_moment(siege: Siege, job: str, seconds: float) -> None:
    try:
        with siege.trial.acting():
            stopping.pause_job(siege.trial.actor, job)
        time.sleep(seconds)
        with siege.trial.acting():
            stopping.resume_job(siege.trial.actor, job)
    except Conflict:
        pass  # it has not begun, or is over


def test_a_portion_is_exact_whoever_dies(siege: Siege, dice, few_rounds, kills) -> None:
    """The time between portions passes in the database, so that the test need not wait for it."""
    portion = 720
    drip = Drip(portion, unit="hours")
    job = siege.start(siege.workflow(f"Drip {few_rounds}"), first=8_000_000 + few_rounds * PEOPLE, drip=drip)
    for expected in (portion, 2 * portion, PEOPLE):
        for _ in range(dice.randint(0, min(2, kills))):
            time.sleep(dice.uniform(0, 1))
            siege.kill(dice.choice((*WORKERS, "clock")))
        eventually(lambda expected=expected: sum(times_of(siege, job).values()) >= expected)
        time.sleep(1.5)
        assert sum(times_of(siege, job).values()) == expected
        siege.trial.holds(job)
        if expected < PEOPLE:
            hour_ago = siege.trial.job(job).portion_at - timedelta(hours=1)
            siege.trial.change_job(job, portion_at=hour_ago, not_before=None)
    siege.all_is_well(job)
    siege.everybody_is_in(job)

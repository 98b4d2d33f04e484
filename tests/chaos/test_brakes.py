"""Workers and clock killed while brakes hold a job: never a row more than the canary; the breaker holds."""

import time

from app.bulk_enrollment.application.control import approvals, stopping
from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.job import FINISHED
from tests.chaos.siege import PEOPLE, ROWS, WORKERS, Siege, eventually

CANARY = 120
FIRST = 50_000_000  # people that no other test has
ROUNDS_AT_MOST = 3  # of a test; each takes seconds


def paused_by(siege: Siege, job: str) -> str | None:
    found = siege.trial.job(job)
    return found.paused_by if found.status == "paused" else None


def go_on(siege: Siege, job: str) -> None:
    with siege.trial.acting():
        stopping.resume_job(siege.actor, job)


def test_the_canary_holds(siege: Siege, dice, round_number, kills):
    if round_number >= ROUNDS_AT_MOST:
        return
    first = FIRST + round_number * 10 * PEOPLE
    job = siege.start(siege.workflow(f"Canary {round_number}"), first, brakes=Brakes(canary_rows=CANARY))
    for _ in range(kills):
        time.sleep(dice.uniform(0, 0.3))
        siege.kill(dice.choice((*WORKERS, "clock")))
    eventually(lambda: paused_by(siege, job) == "canary")
    siege.kill_workers()
    time.sleep(2)  # sweepers and new workers look at it
    assert siege.done(job) == CANARY
    siege.trial.holds(job)
    go_on(siege, job)
    siege.kill(dice.choice(WORKERS))
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_the_breaker_holds(siege: Siege, dice, round_number):
    if round_number >= ROUNDS_AT_MOST:
        return
    first = FIRST + (round_number * 10 + 5) * PEOPLE
    brakes = Brakes(failed_percent=None, failed_rows=8)
    # Batches that share transactions can all be under way before the first failures are known.
    job = siege.start(siege.workflow(f"Breaker {round_number}"), first, brakes=brakes, batch_size=80)
    pauses = 0

    def is_over() -> bool:
        nonlocal pauses
        if paused_by(siege, job) == "brake":
            pauses += 1
            siege.trial.holds(job)
            go_on(siege, job)
            siege.kill(dice.choice((*WORKERS, "clock")))
        return siege.status(job) in FINISHED

    eventually(is_over, within=120)
    siege.all_is_well(job)
    siege.everybody_is_in(job)
    assert pauses >= 1


def test_nobody_is_added_before_the_approval(siege: Siege, dice):
    siege.trial.limit(unapproved_rows=ROWS - 1)
    try:
        job = siege.start(siege.workflow("Approval"), FIRST + 1_000_000)
        siege.kill(dice.choice((*WORKERS, "clock")))
        eventually(lambda: paused_by(siege, job) == "approval")
        siege.kill_workers()
        time.sleep(2)
        assert siege.done(job) == 0
        with siege.trial.acting():
            approvals.approve_job(siege.person("alice"), job)
        siege.kill_workers()
        siege.all_is_well(job)
        siege.everybody_is_in(job)
    finally:
        siege.trial.limit(unapproved_rows=999_999_999)

"""Workers killed with SIGKILL while a job of 2,000 rows runs: at random, and at marked instants (B-05)."""

import time

import pytest

from tests.chaos.siege import PEOPLE, ROWS, WORKERS, Siege, eventually

pytestmark = pytest.mark.on_machines

# What can be seen of a job from outside at the moment of the kill.
INSTANTS = {
    "its rows are read": lambda siege, job: siege.trial.job(job).attempt > 0,
    "it is planned": lambda siege, job: siege.trial.job(job).planned_at,
    "a batch runs": lambda siege, job: _is_run(siege, job),
    "all rows are done": lambda siege, job: siege.done(job) == ROWS,
}


def _is_run(siege: Siege, job: str) -> bool:
    return any(batch.status == "processing" for batch in siege.trial.batches(job))


def test_killed_at_random_instants(siege: Siege, dice, round_number, kills):
    workflow = siege.workflow(f"Round {round_number}")
    known_or_new = dice.choice((0, 6_000_000 + round_number * PEOPLE))
    usual = siege.usual_seconds
    job = siege.start(workflow, first=known_or_new)
    for _ in range(dice.randint(1, min(2, kills))):
        time.sleep(dice.uniform(0, usual / 2))
        siege.kill(dice.choice(WORKERS))
    siege.all_is_well(job)
    siege.everybody_is_in(job)


@pytest.mark.parametrize("instant", INSTANTS)
def test_all_workers_killed_at_a_marked_instant(siege: Siege, instant):
    job = siege.start(siege.workflow(instant), first=1_000_000)
    eventually(lambda: INSTANTS[instant](siege, job), pause=0.005)
    siege.kill_workers()
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_killed_while_a_job_is_cancelled(siege: Siege):  # B-13
    job = siege.start(siege.workflow("Cancelled"), first=2_000_000)
    eventually(lambda: siege.done(job) > 0)
    siege.kill("worker-1")
    siege.trial.cancel(job)
    siege.kill("worker-2")
    siege.all_is_well(job)
    outcomes = siege.outcomes(job)
    assert siege.status(job) == "cancelled" and outcomes["CANCELLED"] > 0
    assert sum(outcomes.values()) == ROWS


def test_a_worker_that_only_slept_changes_nothing_when_it_wakes_up(siege: Siege):
    """Stopped in the middle of a batch, it holds locks. PostgreSQL takes them away, so that the job ends
    without it; on SQLite all wait. What it does afterwards must not count twice."""
    job = siege.start(siege.workflow("Sleeping"), first=3_000_000)
    eventually(lambda: _is_run(siege, job))
    with siege.stopped("worker-1"):
        if siege.server is not None:
            siege.wait(job)
        else:
            time.sleep(3)
    siege.all_is_well(job)
    siege.everybody_is_in(job)

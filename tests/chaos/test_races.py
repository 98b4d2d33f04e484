"""The same task twice at once, and two jobs that want the same people (B-05, B-09, B-13)."""

import threading
import time

import pytest

from app.bulk_enrollment.application.jobs.dispatch import RUN_TASK
from app.bulk_enrollment.application.jobs.plan import PLAN_TASK
from app.platform import queue
from tests.chaos.siege import PEOPLE, TWICE, WITHHELD, WRONG, Siege, eventually

pytestmark = pytest.mark.on_machines

LARGE = 8_000  # rows: a job that no machine is through with while a few small ones are started


def keep_sending(siege: Siege, job: str) -> None:
    """Every task of the job again and again until it is over."""
    account_id, number = siege.actor.account_id, siege.trial.job(job).id
    while not siege.is_over(job):
        with siege.app.app_context():
            for _ in range(2):
                queue.send(PLAN_TASK, account_id, number)
                for batch in siege.trial.batches(job):
                    queue.send(RUN_TASK, account_id, batch.id)
        time.sleep(0.5)


def test_every_task_many_times_at_once(siege: Siege):
    job = siege.start(siege.workflow("Many times"))
    sender = threading.Thread(target=keep_sending, args=(siege, job))
    sender.start()
    siege.wait(job)
    sender.join()
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_two_jobs_want_the_same_people_in_the_same_workflow(siege: Siege):  # B-09
    """Nobody of them is a contact yet: each job may make them, and each may enroll them."""
    workflow = siege.workflow("Wanted by two")
    jobs = [siege.start(workflow, first=100_000) for _ in range(2)]
    siege.kill("worker-1")
    siege.all_is_well(*jobs)
    first, second = (siege.outcomes(job) for job in jobs)
    assert first.get("ENROLLED", 0) + second.get("ENROLLED", 0) == PEOPLE
    for outcomes in (first, second):
        assert outcomes.get("ENROLLED", 0) + outcomes.get("ALREADY_ENROLLED", 0) == PEOPLE
        assert outcomes["DUPLICATE_IN_SELECTION"] == TWICE
        assert outcomes["CONTACT_BLOCKED"] == WITHHELD and outcomes["VALIDATION_ERROR"] == WRONG


def test_two_jobs_and_an_import_change_the_same_people(siege: Siege):
    """Into two workflows, with the same tags, and overwritten at the same time."""
    jobs = [
        siege.start(siege.workflow("One"), first=200_000, existing="overwrite"),
        siege.start(siege.workflow("Other"), first=200_000, existing="overwrite"),
        siege.start(None, first=200_000, existing="overwrite"),
    ]
    siege.all_is_well(*jobs)
    for job in jobs[:2]:
        siege.everybody_is_in(job)
    made = siege.outcomes(jobs[2])
    assert sum(made.get(name, 0) for name in ("CREATED", "UPDATED", "UNCHANGED")) == PEOPLE


def test_many_small_jobs_beside_a_large_one(siege: Siege):
    """They take turns, so the small ones are over first."""
    people = "\n".join(f"many{number}@example.com" for number in range(LARGE))
    large = siege.trial.start(f"Email\n{people}\n", siege.workflow("Large"), missing="create", batch_size=10)
    eventually(lambda: siege.trial.job(large).status == "processing")
    workflow = siege.workflow("Small")
    small = [
        siege.trial.start(f"Email\ns{number}@example.com\n", workflow, missing="create")
        for number in range(5)
    ]
    siege.wait(*small)
    assert not siege.is_over(large)
    siege.trial.cancel(large)
    siege.all_is_well(large, *small)

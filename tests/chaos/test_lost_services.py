"""The web server, the queue, the database, the clock or all of it lost while a job runs (B-05, B-27)."""

import shutil
import sqlite3
import time

import pytest

from tests.chaos.siege import WORKERS, Siege, eventually


def half_done(siege: Siege, job: str) -> None:
    eventually(lambda: siege.done(job) > 0)


@pytest.mark.on_machines
def test_web_killed(siege: Siege):
    job = siege.start(siege.workflow("Web killed"))
    half_done(siege, job)
    assert siege.kill("web")
    siege.all_is_well(job)
    siege.everybody_is_in(job)


@pytest.mark.on_machines
def test_clock_and_a_worker_killed(siege: Siege):
    """The clock finds the batch of the killed worker, once it is back itself."""
    job = siege.start(siege.workflow("Clock killed"), first=10_000)
    half_done(siege, job)
    assert siege.kill("clock") and siege.kill("worker-1")
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_queue_killed_and_started_empty(siege: Siege):
    job = siege.start(siege.workflow("Queue lost"), first=20_000)
    half_done(siege, job)
    with siege.stopped("supervisor"):
        assert siege.kill("queue")
        eventually(lambda: not siege.site.is_running("queue"))
        shutil.rmtree(siege.site.data_dir / "queue" / "appendonlydir")
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_job_started_while_the_queue_is_away(siege: Siege):
    workflow = siege.workflow("Queue away")
    with siege.stopped("supervisor"):
        assert siege.kill("queue")
        eventually(lambda: not siege.site.is_running("queue"))
        job = siege.start(workflow, first=30_000)
    siege.all_is_well(job)
    siege.everybody_is_in(job)


@pytest.mark.on_machines
def test_database_lost_in_the_middle(siege: Siege):
    """PostgreSQL ends without any order and comes back; SQLite's file is held by somebody else for longer
    than a batch's lease."""
    job = siege.start(siege.workflow("Database lost"), first=40_000)
    half_done(siege, job)
    if siege.server is not None:
        siege.server.kill()
        time.sleep(1)
        siege.server.start()
    else:
        with sqlite3.connect(siege.site.data_dir / "muster.db", timeout=30) as held:
            held.execute("BEGIN IMMEDIATE")
            time.sleep(3)
            held.rollback()
    siege.all_is_well(job)
    siege.everybody_is_in(job)


def test_everything_killed_and_started_again(siege: Siege):
    job = siege.start(siege.workflow("All killed"), first=50_000)
    half_done(siege, job)
    for name in ("muster", "supervisor", *WORKERS, "clock", "web", "queue"):
        siege.kill(name)
    siege.site.wait()
    siege.site.start()
    siege.all_is_well(job)
    siege.everybody_is_in(job)

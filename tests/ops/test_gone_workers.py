"""After SIGKILL of any process, work resumes within ten seconds with default settings.

The tests share an installation for each database; each has a workflow and people of its own.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app import create_app
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform import queue
from app.platform.database import db
from app.platform.settings import Settings
from tests.ops.backed_up import Place
from tests.people import create_people, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services import prepared
from tests.services.installation import Installation
from tests.services.postgresql import PostgreSQL

ROWS = 22_000  # three chunks of planning: a kill in the middle leaves work
FEWER = 15_000  # enough batches for a kill among them


class Bench:
    """An installation with two workers, and access to its database."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.site = Installation(folder / "data", MAX_CONTACTS_PER_JOB=str(ROWS), **settings)
        self.site.prepare().start()
        self.app = create_app(Settings.from_environment(self.site.environment))
        with self.app.app_context():
            create_people()
        self.trial = Trial(self.app, sign_in(self.app, "bob").actor, lambda: False)
        self._people = 1

    def start_job(self, rows: int = FEWER) -> str:
        """Start a job with people whom no other job has, when all processes run."""
        eventually(lambda: all(self.site.is_running(name) for name in ("worker-1", "worker-2", "clock")))
        people = addresses(rows, self._people)
        self._people += rows
        return self.trial.start(lines(*people), active(self.app, self.trial.actor), missing="create")

    def kill_worker_at(self, task: str | None) -> bool:
        """Kill the worker whose heartbeat names the task; return False if there is none."""
        with self.app.app_context():
            signs = queue.heartbeats() or {}
        for name, sign in signs.items():
            if task and sign.endswith(task):
                os.kill(int(name.rpartition(":")[2]), signal.SIGKILL)
                return True
        return False

    def batch_of_killed(self, job: str) -> EnrollmentBatch | None:
        """Kill a worker while it runs a batch and return that batch, or None if it was too late."""
        for batch in self.trial.batches(job):
            if batch.status == "processing" and self.kill_worker_at(batch.holder):
                time.sleep(0.2)
                after = self.batch(job, batch.number)
                return after if (after.status, after.attempt) == (batch.status, batch.attempt) else None
        return None

    def batch(self, job: str, number: int) -> EnrollmentBatch:
        return next(one for one in self.trial.batches(job) if one.number == number)

    def done(self, job: str) -> int:
        return sum(batch.status == "completed" for batch in self.trial.batches(job))

    def end(self) -> None:
        with suppress(AssertionError):
            self.site.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory,
    database_kind: str,
    postgresql_server: Callable[[], PostgreSQL],
) -> Iterator[Bench]:
    settings = {}
    if database_kind == "postgresql":
        server = postgresql_server()
        server.create_database("gone_workers", template=prepared.NAME)
        settings["DATABASE_URL"] = server.url("gone_workers")
    made = Bench(tmp_path_factory.mktemp("gone"), **settings)
    yield made
    made.end()


def eventually(true: Callable[[], object], within: float = 120) -> float:
    """Wait until a condition is true; return the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within
        time.sleep(0.02)
    return time.monotonic() - began


def test_killed_in_planning(bench: Bench) -> None:
    trial = bench.trial
    job = bench.start_job(ROWS)
    eventually(lambda: 0 < trial.job(job).planned_rows < ROWS)
    attempt = trial.job(job).attempt
    eventually(lambda: bench.kill_worker_at(trial.job(job).holder))
    planned = trial.job(job).planned_rows
    took = eventually(lambda: trial.job(job).attempt > attempt, within=30)
    print(f"taken over after {took:.1f} s")
    assert took < 10
    assert trial.job(job).planned_rows >= planned, "the other goes on where it was left"
    eventually(lambda: trial.job(job).finished_at)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": ROWS}
    assert trial.enrolled(job) == ROWS


def test_killed_in_a_batch(bench: Bench) -> None:
    trial = bench.trial
    job = bench.start_job()
    killed: list[EnrollmentBatch] = []

    def is_killed() -> bool:
        killed.extend(filter(None, [bench.batch_of_killed(job)]))
        return bool(killed)

    eventually(is_killed)
    batch = killed[0]
    took = 0.2 + eventually(
        lambda: bench.batch(job, batch.number).lease_until != batch.lease_until, within=30
    )
    print(f"given to another after {took:.1f} s")
    assert took < 10
    eventually(lambda: trial.job(job).finished_at)
    trial.holds(job)


def test_everything_killed_and_started_again(bench: Bench) -> None:
    """Kill the supervisor and all its processes during a job, then start again."""
    trial = bench.trial
    job = bench.start_job()
    eventually(lambda: bench.done(job) > 0)
    for name in ("supervisor", "muster", "worker-1", "worker-2", "clock", "web", "queue"):
        with suppress(ProcessLookupError):
            bench.site.kill(name)
    bench.site.wait()
    done = bench.done(job)
    began = time.monotonic()
    bench.site.start()
    print(f"started after {time.monotonic() - began:.1f} s")
    took = eventually(lambda: trial.job(job).finished_at or bench.done(job) > done, within=30)
    print(f"went on after {took:.1f} s more")
    assert took < 10
    eventually(lambda: trial.job(job).finished_at)
    trial.holds(job)


@pytest.mark.only_on("sqlite", reason="PostgreSQL has its own backups")
def test_a_backup_goes_on_in_another_place(bench: Bench, tmp_path: Path) -> None:
    """Save an installation during a job, restore it in a new folder, and start that."""
    first = Place(bench.site.data_dir)
    other = Installation(tmp_path / "other", MAX_CONTACTS_PER_JOB=str(ROWS))
    second = Place(other.data_dir)
    file = tmp_path / "backup.tar.gz"
    assert first.run("restore", file).output.startswith("Error: Muster is already running in")
    job = bench.start_job()
    eventually(lambda: bench.done(job) > 0)
    saved = first.run("backup", file)
    assert saved.exit_code == 0, saved.output
    try:
        restored = second.run("restore", file)
        assert restored.exit_code == 0, restored.output
        second.close()
        there = Trial(second.app, bench.trial.actor, lambda: False)
        assert there.job(job).finished_at is None, "the backup was made during the job"
        assert any(batch.status == "completed" for batch in there.batches(job))
        other.start()
        eventually(lambda: there.job(job).finished_at)
        there.holds(job)
        assert there.job(job).totals == {"ENROLLED": FEWER}
        verified = second.run("verify-job", job, "--account", "Agency")
        assert verified.exit_code == 0, verified.output
        recounted = second.run("verify-workflow", "--account", "Agency")
        assert recounted.exit_code == 0, recounted.output
        assert other.stop() == 0
        assert not any(other.is_running(name) for name in ("muster", "supervisor", "web", "queue", "clock"))
    finally:
        first.close()
        second.close()
        if other.process is not None and other.process.poll() is None:
            other.stop()
    eventually(lambda: bench.trial.job(job).finished_at)
    bench.trial.holds(job)

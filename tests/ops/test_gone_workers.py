"""A worker killed with SIGKILL under the usual settings: another goes on with its work within ten seconds."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import create_app
from app.platform import queue
from app.platform.database import db
from app.platform.settings import Settings
from tests.people import move_in, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services.installation import Installation

ROWS = 40_000


class Bench:
    """An installation with two workers, and a look at its jobs from outside."""

    def __init__(self, folder: Path) -> None:
        self.site = Installation(folder / "data", MAX_CONTACTS_PER_JOB=str(ROWS)).start()
        self.app = create_app(Settings.from_environment(self.site.environment))
        with self.app.app_context():
            move_in()
        self.trial = Trial(self.app, sign_in(self.app, "bob").actor, lambda: False)

    def kill_worker_at(self, task: str | None) -> bool:
        """Kill the worker whose signs of life name the task; False when none does yet."""
        with self.app.app_context():
            signs = queue.beats() or {}
        for name, sign in signs.items():
            if task and sign.endswith(task):
                os.kill(int(name.rpartition(":")[2]), signal.SIGKILL)
                return True
        return False

    def end(self) -> None:
        self.site.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.end()


def eventually(true: Callable[[], object], within: float = 120) -> float:
    """Wait until something is so; returns the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within
        time.sleep(0.02)
    return time.monotonic() - began


def test_killed_in_planning(bench: Bench) -> None:
    trial = bench.trial
    job = trial.start(lines(*addresses(ROWS)), active(bench.app, trial.actor), missing="create")
    eventually(lambda: 0 < trial.job(job).planned_rows < ROWS)
    attempt = trial.job(job).attempt
    eventually(lambda: bench.kill_worker_at(trial.job(job).holder))
    planned = trial.job(job).planned_rows
    took = eventually(lambda: trial.job(job).attempt > attempt, within=30)
    print(f"taken over after {took:.1f} s")
    assert took < 10
    assert trial.job(job).planned_rows >= planned, "the other goes on where it was left"
    eventually(lambda: trial.job(job).planned_at)
    trial.holds(job)

"""A worker survives the loss of its queue and finishes its task before it stops."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.platform import queue
from app.platform.settings import Settings
from tests.services.installation import ROOT, Installation
from tests.services.parent_death import die_with_parent
from tests.services.valkey import Valkey

PROGRAM = Path(__file__).with_name("worker_with_tasks.py")


def eventually(true: Callable[[], object], within: float = 60) -> None:
    """Wait until a condition is true."""
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


class Bench:
    """A worker process with its own queue. `send` enqueues a task; `done` returns what it did."""

    def __init__(self, folder: Path) -> None:
        self.valkey = Valkey().start()
        self.folder = folder
        self.environment = Installation(folder, REDIS_URL=self.valkey.url).environment
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        self.worker = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            cwd=ROOT,
            env=self.environment | {"PYTHONPATH": str(ROOT)},
            stderr=open(folder / "log", "wb"),  # noqa: SIM115
            preexec_fn=die_with_parent,
        )

    def send(self, name: str, number: int) -> bool:
        with self.app.app_context():
            return queue.send(name, number)

    def done(self, note: str) -> bool:
        return (self.folder / "notes" / note).exists()

    def alive_workers(self) -> int:
        with self.app.app_context():
            return queue.alive_workers()

    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    os.environ.setdefault("DATA_DIR", str(tmp_path))
    spec = importlib.util.spec_from_file_location("worker_with_tasks", PROGRAM)
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    made = Bench(tmp_path)
    eventually(made.alive_workers)
    yield made
    made.worker.kill()
    made.worker.wait()
    made.valkey.remove()


def test_lives_on_without_the_queue(bench: Bench) -> None:
    assert bench.send("tests.note", 1)
    eventually(lambda: bench.done("1"))
    bench.valkey.kill()
    assert not bench.send("tests.note", 2)
    assert bench.alive_workers() == 0
    time.sleep(2)
    bench.valkey.start()
    assert bench.send("tests.note", 3)
    eventually(lambda: bench.done("3"))
    eventually(lambda: bench.alive_workers() == 1)
    assert bench.worker.poll() is None


def test_lives_on_when_the_queue_dies_during_a_task(bench: Bench) -> None:
    bench.send("tests.slow", 1)
    eventually(lambda: bench.done("1-begun"))
    bench.valkey.kill()
    eventually(lambda: bench.done("1-ended"))
    time.sleep(1)
    bench.valkey.start()
    bench.send("tests.note", 2)
    eventually(lambda: bench.done("2"))
    assert bench.worker.poll() is None


def test_finishes_its_task_when_told_to_end(bench: Bench) -> None:
    bench.send("tests.slow", 1)
    bench.send("tests.note", 2)
    eventually(lambda: bench.done("1-begun"))
    bench.worker.send_signal(signal.SIGTERM)
    assert bench.worker.wait(timeout=20) == 0
    assert bench.done("1-ended") and not bench.done("2")
    assert '"event": "worker_stopped"' in bench.log()


def test_ends_without_the_queue(bench: Bench) -> None:
    bench.valkey.kill()
    time.sleep(1)
    bench.worker.send_signal(signal.SIGTERM)
    assert bench.worker.wait(timeout=10) == 0


def test_dies_without_a_trace_of_life(bench: Bench) -> None:
    bench.worker.kill()
    bench.worker.wait()
    eventually(lambda: bench.alive_workers() == 0, within=6)


def test_failed_task_is_logged_and_the_next_is_run(bench: Bench) -> None:
    bench.send("tests.broken", 1)
    bench.send("tests.note", 2)
    eventually(lambda: bench.done("2"))
    assert '"event": "task_failed"' in bench.log()
    assert "broken on purpose" in bench.log()

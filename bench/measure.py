"""One size on one database: Muster and the floor in turn, round by round, in the same run."""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import floor
from bench.browser import Browser
from bench.memory import Memory
from bench.people import People
from tests.services.installation import ROOT, Installation
from tests.services.postgresql import PostgreSQL

EMAIL, PASSWORD = "alice@example.com", "a quiet place to work"
FLOOR_WORKFLOW, FLOOR_TAG = 1_000_000, 1_000_000


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds; seconds and the two times in milliseconds as a person waits for them, memory
    in MB as the largest process of that name."""

    database: str
    rows: int
    floor_seconds: float
    muster_seconds: float
    ratios: tuple[float, ...]
    start_ms: float
    panel_ms: float
    panel_worst_ms: float
    web_mb: float
    worker_mb: float

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


@dataclass(frozen=True)
class Round:
    floor_seconds: float
    muster_seconds: float
    start_ms: float
    panel_ms: list[float]


def measure(kind: str, rows: int, rounds: int, folder: Path) -> Figures:
    """Start a Muster of its own with two workers and measure it."""
    with _database(kind, folder) as address, _installation(folder, address) as muster:
        _flask(muster, "create-owner", "--email", EMAIL, "--password", PASSWORD, "--account", "Bench")
        browser = Browser(muster.url)
        browser.sign_in(EMAIL, PASSWORD)
        watched = {"web": [muster.pid_of("web")], "worker": [muster.pid_of(f"worker-{n}") for n in (1, 2)]}
        with Memory(watched) as memory:
            done = [_round(muster, browser, address, rows, number, folder) for number in range(1, rounds + 1)]
    panels = [milliseconds for one in done for milliseconds in one.panel_ms]
    return Figures(
        database="SQLite" if kind == "sqlite" else "PostgreSQL",
        rows=rows,
        floor_seconds=statistics.median(one.floor_seconds for one in done),
        muster_seconds=statistics.median(one.muster_seconds for one in done),
        ratios=tuple(one.muster_seconds / one.floor_seconds for one in done),
        start_ms=max(one.start_ms for one in done),
        panel_ms=statistics.median(panels),
        panel_worst_ms=max(panels),
        web_mb=memory.peak["web"],
        worker_mb=memory.peak["worker"],
    )


def _round(
    muster: Installation, browser: Browser, address: str, rows: int, number: int, folder: Path
) -> Round:
    people = People(f"r{number}", rows)
    file = folder / f"people-{number}.csv"
    people.write(file)
    made = json.loads(
        _flask(muster, "clone", "new-lead-welcome", "--name", f"Bench {number}", "--activate", "--json")
    )
    with _connected(address) as execute:
        workflow = execute(
            "SELECT id, active_version_id FROM workflows WHERE public_id = ?", [made["workflow_id"]]
        )
        workflow_id, version_id = workflow[0]
        _prepare(execute, people, [workflow_id, FLOOR_WORKFLOW + number], version_id)
    values = {
        "account": 1,
        "workflow": FLOOR_WORKFLOW + number,
        "version": version_id,
        "job": FLOOR_WORKFLOW + number,
        "tag": FLOOR_TAG,
        "at": datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
        if address.startswith("sqlite")
        else datetime.now(UTC),
    }
    floor_seconds = floor.seconds(address, file, values)
    time.sleep(1)
    uploaded = browser.upload(f"/workflows/{made['workflow_id']}/enroll", "file", file)
    page = browser.get(uploaded.url)
    fields = {"identifier": "email", "missing": "skip", "existing": "leave", "tags": "bench", "act": "start"}
    started_at = time.time()
    started = browser.post(uploaded.url, **fields, **{"column-0": "email"}, once=f"bench-{number}")
    assert "/enrollments/" in started.url, f"not started: {page.url} {started.text[:3000]}"
    panels = _watch(browser, started.url)
    with _connected(address) as execute:
        job = execute(
            "SELECT id, finished_at, totals FROM enrollment_jobs WHERE public_id = ?",
            [started.url.rpartition("/")[2]],
        )
    finished_at, totals = _moment(job[0][1]), job[0][2]
    counted = json.loads(totals) if isinstance(totals, str) else totals
    assert counted == people.expected(), f"{counted} is not {people.expected()}"
    return Round(floor_seconds, finished_at - started_at, started.seconds * 1000, panels)


def _watch(browser: Browser, url: str) -> list[float]:
    """Poll the panel once a second as the page does; returns the server's milliseconds of each answer."""
    times: list[float] = []
    while True:
        answer = browser.get(f"{url}/panel")
        times.append(answer.server_ms)
        if "hx-trigger" not in answer.text:
            return times
        time.sleep(0.5)


def _prepare(execute: Any, people: People, workflow_ids: list[int], version_id: int) -> None:
    """The people whom the file speaks of, and those who are in the workflows already."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    execute.load(
        "contacts",
        ("account_id", "email", "email_key", "status", "created_at", "updated_at"),
        ((1, address, address, status, now, now) for address, status in people.contacts()),
    )
    execute("CREATE TEMPORARY TABLE bench_already (email_key text)")
    execute.load("bench_already", ("email_key",), ((address,) for address in people.already()))
    for workflow_id in workflow_ids:
        execute(
            "INSERT INTO enrollments"
            " (account_id, workflow_id, version_id, contact_id, status, source, enrolled_at)"
            f" SELECT 1, {workflow_id}, {version_id}, id, 'held', 'bulk_enrollment', '{now}'"
            " FROM contacts WHERE account_id = 1 AND email_key IN (SELECT email_key FROM bench_already)"
        )
    execute("ANALYZE")


class _Execute:
    """The same few statements on both drivers."""

    def __init__(self, connection: Any, mark: str) -> None:
        self._connection = connection
        self._mark = mark

    def __call__(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        cursor = self._connection.execute(statement.replace("?", self._mark), list(values))
        return cursor.fetchall() if cursor.description else []

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put many rows into a table: with COPY on PostgreSQL."""
        names = ", ".join(columns)
        if self._mark == "?":
            marks = ", ".join("?" * len(columns))
            self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def _connected(address: str) -> Iterator[_Execute]:
    if address.startswith("sqlite"):
        connection = sqlite3.connect(address.removeprefix("sqlite:///"), timeout=60)
        with connection:
            yield _Execute(connection, "?")
        connection.close()
    else:
        with psycopg.connect(address) as connection:
            yield _Execute(connection, "%s")


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'muster.db'}"
        return
    server = PostgreSQL(fsync="on", synchronous_commit="on", full_page_writes="on", shared_buffers="512MB")
    server.start()
    try:
        server.create_database("bench")
        yield server.url("bench")
    finally:
        server.remove()


@contextmanager
def _installation(folder: Path, address: str) -> Iterator[Installation]:
    settings = {"WORKERS": "2", "MAX_CONTACTS_PER_JOB": "1000000"}
    if not address.startswith("sqlite"):
        settings["DATABASE_URL"] = address
    muster = Installation(folder / "data", **settings)
    muster.start(within=180)
    try:
        yield muster
    finally:
        muster.stop()


def _flask(muster: Installation, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=os.environ | muster.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _moment(value: Any) -> float:
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return float(value.timestamp())

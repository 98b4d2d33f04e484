"""One size on one database: Muster and the floor in turn, round by round, in the same run."""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import floor, jobs
from bench.memory import Memory
from bench.people import People
from bench.site import Site, site

FLOOR_WORKFLOW, FLOOR_TAG = 1_000_000, 1_000_000


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds. Times in milliseconds are the server's own, `start_ms` is a person's wait;
    memory in MB is the largest process of that name."""

    database: str
    creates: bool
    rows: int
    floor_seconds: float
    muster_seconds: float
    ratios: tuple[float, ...]
    start_ms: float
    panel_ms: float
    panel_p95_ms: float
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


def measure(kind: str, rows: int, rounds: int, folder: Path, creates: bool = False) -> Figures:
    """Start a Muster of its own with two workers and measure `rounds` jobs of one account, one after the
    other, with ANALYZE before each. `creates`: every row makes a contact."""
    with site(kind, folder) as here:
        pid_of = here.muster.pid_of
        watched = {"web": [pid_of("web")], "worker": [pid_of(f"worker-{number}") for number in (1, 2)]}
        with Memory(watched) as memory:
            done = [_round(here, People(f"r{number}", rows, creates), number) for number in range(rounds)]
    panels = sorted(milliseconds for one in done for milliseconds in one.panel_ms)
    return Figures(
        database="SQLite" if kind == "sqlite" else "PostgreSQL",
        creates=creates,
        rows=rows,
        floor_seconds=statistics.median(one.floor_seconds for one in done),
        muster_seconds=statistics.median(one.muster_seconds for one in done),
        ratios=tuple(one.muster_seconds / one.floor_seconds for one in done),
        start_ms=max(one.start_ms for one in done),
        panel_ms=statistics.median(panels),
        panel_p95_ms=panels[int(len(panels) * 0.95)],
        web_mb=memory.peak["web"],
        worker_mb=memory.peak["worker"],
    )


def _round(here: Site, people: People, number: int) -> Round:
    file = here.folder / f"people-{number}.csv"
    people.write(file)
    workflow = jobs.clone_workflow(here, f"Bench {number}")
    version_id = prepare(here, people, workflow, FLOOR_WORKFLOW + number)
    now = datetime.now(UTC)
    values = {
        "account": 1,
        "workflow": FLOOR_WORKFLOW + number,
        "version": version_id,
        "job": FLOOR_WORKFLOW + number,
        "tag": FLOOR_TAG,
        "at": now.replace(tzinfo=None).isoformat(sep=" ") if here.is_sqlite else now,
    }
    floor_seconds = floor.seconds(here.address, file, people.creates, values)
    time.sleep(1)
    job = jobs.start(here, jobs.upload(here, workflow, file), people, str(number))
    panels = jobs.watch(here, job)
    jobs.check(here, job, people)
    return Round(floor_seconds, jobs.seconds_of(here, job), job.answered_ms, panels)


def prepare(here: Site, people: People, workflow: str, *other_ids: int) -> int:
    """Add the contacts that the file expects, and enroll those who are to be in the workflow already, in
    workflows with other ids as well. Returns the id of the workflow's version."""
    with here.sql() as execute:
        [(workflow_id, version_id)] = execute(
            "SELECT id, active_version_id FROM workflows WHERE public_id = ?", [workflow]
        )
        _load(execute, people, (workflow_id, *other_ids), version_id)
        execute("ANALYZE")
    return int(version_id)


def _load(execute: Any, people: People, workflow_ids: tuple[int, ...], version_id: int) -> None:
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
        execute(
            "INSERT INTO enrollment_counts"
            " (account_id, workflow_id, version_id, step_id, status, enrollments)"
            f" SELECT 1, {workflow_id}, {version_id}, '', 'held', count(*)"
            f" FROM enrollments WHERE workflow_id = {workflow_id}"
        )

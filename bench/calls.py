"""Requests per second of API operations, against routes that return the same documents from memory (bare
Flask with Muster's web server and gateway), by turns in the same run."""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Any

import psutil

from bench import jobs
from bench.load import Load, clients, drive
from bench.measure import prepare
from bench.people import People
from bench.site import Site
from tests.services.installation import ROOT
from tests.services.ports import free_port

LISTED, LISTED_ROWS, PAUSED_ROWS = 26, 20, 20_000
OPERATIONS = {
    "progress, running job": "/api/v1/bulk-enrollment/jobs/{running}/progress",
    "progress, finished job": "/api/v1/bulk-enrollment/jobs/{finished}/progress",
    "list of 25 jobs": "/api/v1/bulk-enrollment/jobs",
    "list of 25 workflows": "/api/v1/workflows",
    "list of 25 templates": "/api/v1/workflow-templates",
    "list of 25 contacts": "/api/v1/contacts",
}


@dataclass(frozen=True)
class Calls:
    """Medians over the rounds. `ratio` is the rate of the bare route by that of the operation, `work` the CPU
    time of all server processes per request in ms, database and queue included, and `bare_work` that of the
    bare route."""

    name: str
    per_second: float
    p99_ms: float
    bare_per_second: float
    ratio: float
    work_ms: float
    bare_work_ms: float


def measure_calls(here: Site, seconds: float, connections: int, rounds: int) -> Iterator[Calls]:
    """Yield the figures of each operation. Each round sends requests for `seconds` to both."""
    headers = {"Authorization": f"Bearer {here.token()}"}
    places = _prepared(here, headers)
    paths = {name: path.format(**places) for name, path in OPERATIONS.items()}
    documents = {path: _json(here, path, headers) for path in paths.values()}
    muster = [here.muster.pid_of("web"), here.muster.pid_of("queue"), *here.database_pids()]
    with _bare(here, documents) as (port, pid), clients() as pool:
        for name, path in paths.items():
            _run(pool, here.muster.port, [], path, headers, connections, 1)
            _run(pool, port, [], path, headers, connections, 1)
            done = [
                (
                    _run(pool, here.muster.port, muster, path, headers, connections, seconds),
                    _run(pool, port, [pid], path, headers, connections, seconds),
                )
                for _ in range(rounds)
            ]
            yield _figures(name, done)


def _figures(name: str, done: Sequence[tuple[tuple[Load, float], tuple[Load, float]]]) -> Calls:
    return Calls(
        name=name,
        per_second=statistics.median(ours.per_second for (ours, _), _ in done),
        p99_ms=statistics.median(ours.p99 for (ours, _), _ in done),
        bare_per_second=statistics.median(bare.per_second for _, (bare, _) in done),
        ratio=statistics.median(bare.per_second / ours.per_second for (ours, _), (bare, _) in done),
        work_ms=statistics.median(work for (_, work), _ in done),
        bare_work_ms=statistics.median(work for _, (_, work) in done),
    )


def _prepared(here: Site, headers: dict[str, str]) -> dict[str, str]:
    """Make jobs, workflows and contacts to list, and a job that is paused while it is running."""
    [template, *_] = _json(here, "/api/v1/workflow-templates", headers)["data"]
    for number in range(LISTED):
        name = json.dumps({"name": f"Listed {number}"}).encode()
        _json(here, f"/api/v1/workflow-templates/{template['id']}/clone", headers, name)
    workflow, finished = jobs.clone_workflow(here, "Bench"), ""
    for number in range(LISTED):
        job = _started(here, workflow, f"listed{number}", LISTED_ROWS)
        jobs.watch(here, job)
        finished = job.public_id
    running = _started(here, workflow, "paused", PAUSED_ROWS)
    while _status(here, running) in ("pending", "validating", "queued"):
        time.sleep(0.02)
    here.browser.get(running.url)
    here.browser.post(f"{running.url}/pause")
    assert _status(here, running) == "paused"
    time.sleep(2)  # until the batches that were running are done
    return {"finished": finished, "running": running.public_id}


def _started(here: Site, workflow: str, mark: str, rows: int) -> jobs.Started:
    people, file = People(mark, rows), here.folder / f"{mark}.csv"
    people.write(file)
    prepare(here, people, workflow)
    return jobs.start(here, jobs.upload(here, workflow, file), people, mark)


def _status(here: Site, job: jobs.Started) -> str:
    with here.sql() as execute:
        [(status,)] = execute("SELECT status FROM enrollment_jobs WHERE public_id = ?", [job.public_id])
    return str(status)


def _json(here: Site, path: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    headers = headers | ({"Content-Type": "application/json"} if body is not None else {})
    request = urllib.request.Request(here.muster.url + path, data=body, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@contextmanager
def _bare(here: Site, documents: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Serve documents from memory; yield (port, process id)."""
    file, port = here.folder / "documents.json", free_port()
    file.write_text(json.dumps(documents))
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        str(ROOT / "ops" / "web_server" / "settings.py"),
        "bench.bare:create()",
    ]
    environment = os.environ | here.muster.environment | {"PORT": str(port), "BARE_DOCUMENTS": str(file)}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            _wait_for(port, next(iter(documents)))
            yield port, process.pid
        finally:
            process.terminate()


def _wait_for(port: int, path: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").close()
            return
        except OSError:
            assert time.monotonic() < until, "the bare routes do not answer"
            time.sleep(0.1)


def _run(
    pool: Pool, port: int, pids: list[int], path: str, headers: dict[str, str], many: int, seconds: float
) -> tuple[Load, float]:
    """Return (load, CPU milliseconds of the processes and their children per request)."""
    before = cpu_seconds(pids)
    load = pool.apply(drive, (port, path, headers, many, seconds))
    return load, (cpu_seconds(pids) - before) * 1000 / len(load.milliseconds)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the CPU time of processes and their children so far, also of children that have ended."""
    found = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # its parent has its time by now
                times = one.cpu_times()
                found += times.user + times.system + times.children_user + times.children_system
    return found

"""What people wait for beside the large numbers: a small job next to a large one, the terminal, a start."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench import jobs
from bench.browser import Browser
from bench.measure import prepare
from bench.people import People
from bench.site import EMAIL, PASSWORD, START_SECONDS, Site, site

SMALL_ROWS, TERMINAL_ROWS = 20, 10_000
STARTS = 5


@dataclass(frozen=True)
class Waits:
    """Seconds. `beside_…`: from Start to the end of a job of 20 new people, started while `large_rows` rows
    of the same account are planned or processed. `terminal`: `flask enroll` with 10,000 rows, until it
    returns. `first_page` and `ready`: from `make run` to the sign-in page, and until one is signed in and
    all processes run, on an installation that has run before.
    """

    database: str
    large_rows: int
    beside_planning: float
    beside_processing: float
    terminal: float
    first_page: float
    ready: float


def measure_waits(kind: str, large_rows: int, folder: Path) -> Waits:
    with site(kind, folder) as here:
        terminal = _terminal(here)
        planning, processing = _beside(here, large_rows)
        pages, readies = zip(*(_start_again(here) for _ in range(STARTS)), strict=True)
    return Waits(
        database="SQLite" if kind == "sqlite" else "PostgreSQL",
        large_rows=large_rows,
        beside_planning=planning,
        beside_processing=processing,
        terminal=terminal,
        first_page=statistics.median(pages),
        ready=statistics.median(readies),
    )


def _terminal(here: Site) -> float:
    people, file = People("terminal", TERMINAL_ROWS), here.folder / "terminal.csv"
    people.write(file)
    prepare(here, people, jobs.clone_workflow(here, "Terminal"))
    began = time.perf_counter()
    here.flask("enroll", str(file), "--workflow", "Terminal", "--json")
    return time.perf_counter() - began


def _beside(here: Site, large_rows: int) -> tuple[float, float]:
    """Return (seconds of a small job beside planning, seconds of another beside processing)."""
    large, file = People("large", large_rows), here.folder / "large.csv"
    large.write(file)
    workflow = jobs.clone_workflow(here, "Large")
    prepare(here, large, workflow)
    big = jobs.start(here, jobs.upload(here, workflow, file), large, "large")
    beside = []
    for at, status in enumerate(("validating", "processing")):
        _wait_for(here, big, status)
        small, path = People(f"small{at}", SMALL_ROWS, creates=True), here.folder / f"small-{at}.csv"
        small.write(path)
        job = jobs.start(here, jobs.upload(here, workflow, path), small, f"small-{at}")
        jobs.watch(here, job)
        beside.append(jobs.seconds_of(here, job))
    jobs.watch(here, big)
    jobs.check(here, big, large)
    return beside[0], beside[1]


def _wait_for(here: Site, job: jobs.Started, status: str) -> None:
    while True:
        with here.sql() as execute:
            [(now,)] = execute("SELECT status FROM enrollment_jobs WHERE public_id = ?", [job.public_id])
        if now not in ("pending", "validating", "queued") or now == status:
            return
        time.sleep(0.05)


def _start_again(here: Site) -> tuple[float, float]:
    """Stop and start the installation; return (seconds to the first page, seconds until it is ready)."""
    here.muster.stop()
    began = time.perf_counter()
    here.muster.begin()
    browser = Browser(here.muster.url)
    while True:
        try:
            browser.get("/sign-in")
            break
        except OSError:
            assert time.perf_counter() - began < START_SECONDS, here.muster.output
            time.sleep(0.02)
    page = time.perf_counter() - began
    here.muster.wait_until_ready(within=START_SECONDS)
    browser.sign_in(EMAIL, PASSWORD)
    return page, time.perf_counter() - began

"""People who click: `python -m bench.clicks [--database sqlite,postgresql] [--people 50] [--seconds 60]`.

So many people go through all pages, each in a session of its own and with a page every two seconds; first
with nothing beside them, then with jobs of 100,000 rows, one after the other. Times end with the answer's
head. People are in a process of their own, and what the jobs need is there before, so that the bench's own
work delays no answer.
"""

import argparse
import html
import multiprocessing
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit

from bench import jobs
from bench.browser import Browser
from bench.measure import prepare
from bench.people import People
from bench.site import EMAIL, PASSWORD, Site, site

ROWS = 100_000
THINK_SECONDS = (1.0, 3.0)
SHORTEST_JOB_SECONDS = 4.0
_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b|(?<=/templates/)[\w-]+|(?<=/steps/)\w+")


class Click(NamedTuple):
    path: str
    milliseconds: float
    error: str


class _Ready(NamedTuple):
    people: People
    workflow: str
    file: Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.clicks")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with (
            tempfile.TemporaryDirectory(prefix="muster-bench-") as folder,
            site(kind, Path(folder), sample_data=True) as here,
        ):
            paths = sorted(pages_of(here.browser))
            for busy in (False, True):
                most = int(chosen.seconds / SHORTEST_JOB_SECONDS) if busy else 0
                files = [_make_ready(here, number) for number in range(most)]
                clicks, done = _measure(here, paths, chosen.people, chosen.seconds, files)
                for line in _report(clicks):
                    print(f"{kind}, {chosen.people} people, {done} jobs beside them: {line}", flush=True)


def pages_of(browser: Browser) -> set[str]:
    """Follow all links from the home page; return one address of each page."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = _ID.sub("*", urlsplit(path).path)
        if kind in found or re.search(r"\.\w+$", kind) or kind.startswith("/api"):
            continue
        answer = browser.get(path)
        found[kind] = path
        for link in _LINK.findall(answer.text):
            parts = urlsplit(urljoin(browser.url + path, html.unescape(link)))
            if parts.netloc == urlsplit(browser.url).netloc:
                waiting.append(parts.path)
    return {path for path in found.values() if not path.startswith(("/sign-", "/export"))}


def _measure(
    here: Site, paths: list[str], people: int, seconds: float, files: list[_Ready]
) -> tuple[list[Click], int]:
    with multiprocessing.get_context("spawn").Pool(1) as clients:
        clients.apply(sign_in, (here.muster.url, people))
        end = time.time() + seconds
        walking = clients.apply_async(walk, (paths, end))
        done = _run_jobs(here, files, end) if files else 0
        return walking.get(), done


_browsers: list[Browser] = []


def sign_in(url: str, people: int) -> None:
    """Sign people in, each with a session of its own, for `walk` in the same process."""
    for _ in range(people):
        browser = Browser(url)
        browser.sign_in(EMAIL, PASSWORD)
        _browsers.append(browser)


def walk(paths: list[str], end: float) -> list[Click]:
    """Let all who are signed in go through the pages until `end`, Unix time."""
    with ThreadPoolExecutor(len(_browsers)) as threads:
        walks = [
            threads.submit(lambda one, at: list(_walk(one, paths, at, end)), browser, number)
            for number, browser in enumerate(_browsers)
        ]
        return [click for walk in walks for click in walk.result()]


def _walk(browser: Browser, paths: list[str], seed: int, end: float) -> Iterator[Click]:
    chance = random.Random(seed)
    own = chance.sample(paths, len(paths))
    time.sleep(chance.uniform(0, THINK_SECONDS[1]))
    while time.time() < end:
        path = own[0]
        own.append(own.pop(0))
        began, error = time.perf_counter(), ""
        try:
            seconds = browser.get(path).seconds
        except HTTPError as failure:
            seconds, error = time.perf_counter() - began, f"{failure.code}"
        except OSError as failure:
            seconds, error = time.perf_counter() - began, type(failure).__name__
        yield Click(path, seconds * 1000, error)
        time.sleep(chance.uniform(*THINK_SECONDS))


def _make_ready(here: Site, number: int) -> _Ready:
    """Add the contacts and the workflow of a job, and write its file."""
    people = People(f"click{number}", ROWS)
    file = here.folder / f"{people.mark}.csv"
    people.write(file)
    workflow = jobs.clone_workflow(here, people.mark)
    prepare(here, people, workflow)
    return _Ready(people, workflow, file)


def _run_jobs(here: Site, files: list[_Ready], end: float) -> int:
    """Run one job after the other until `end`; return how many were finished."""
    done = 0
    while time.time() < end and done < len(files):
        people, workflow, file = files[done]
        job = jobs.start(here, jobs.upload(here, workflow, file), people, people.mark)
        jobs.watch(here, job)
        jobs.check(here, job, people)
        done += 1
    return done


def _report(clicks: list[Click]) -> Iterator[str]:
    times = sorted(click.milliseconds for click in clicks)
    errors = [f"{click.path} {click.error}" for click in clicks if click.error]
    marks = ", ".join(f"p{share} {times[int(len(times) * share / 100)]:.0f} ms" for share in (50, 95, 99))
    yield f"{len(times)} pages, {marks}, {len(errors)} errors {sorted(set(errors))[:5]}"
    by_page: dict[str, list[float]] = {}
    for click in clicks:
        by_page.setdefault(click.path, []).append(click.milliseconds)
    slow = sorted(by_page, key=lambda path: -statistics.median(by_page[path]))[:5]
    yield "slowest: " + ", ".join(f"{path} {statistics.median(by_page[path]):.0f} ms" for path in slow)


if __name__ == "__main__":
    main()

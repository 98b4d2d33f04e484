"""Event streams: how soon listeners hear of a batch, and what open job pages cost the job.

`python -m bench.streams [--database sqlite] [--rows 100000] [--listeners 50] [--pages 200] [--rounds 3]`.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from redis import Redis

from app.platform.settings import Settings
from bench import jobs
from bench.measure import prepare
from bench.people import People
from bench.site import Site, site

FRESH_SECONDS, POLL_SECONDS = 5.0, 1.0  # as in app/static/job.js
WITHIN_MS = 100
WORKERS = ("worker-1", "worker-2")
CONNECT_SECONDS = 10
BROWSERS_NICENESS = 10  # browsers run on other machines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description=__doc__)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--listeners", type=int, default=50)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))
        try:
            with site(kind, folder) as here:
                _listen(here, kind, chosen)
                _look(here, kind, chosen)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _listen(here: Site, kind: str, chosen: argparse.Namespace) -> None:
    """Print how long after its publication, right after the commit, an event reached the listeners."""
    job, heard = _job_with(here, chosen.rows, "listen", listen, chosen.listeners, 0)
    queue = Redis.from_url(Settings.from_environment(here.muster.environment).queue_url)
    published = [
        int(event.partition(b"-")[0])
        for event, facts in queue.xrange(_stream_of(job))
        if facts[b"kind"] != b"rows_planned"  # changes nothing that listeners hear of
    ]
    delays = sorted(
        min(at for at, upto in received if upto >= moment) - moment
        for received in heard
        for moment in published
        if moment > received[0][0]  # told after this listener had come
    )
    share = sum(delay <= WITHIN_MS for delay in delays) / len(delays)
    print(
        f"{kind}: {len(heard)} listeners, {len(published)} events: {share:.1%} within {WITHIN_MS} ms, "
        f"median {statistics.median(delays):.0f} ms, p95 {delays[int(len(delays) * 0.95)]:.0f} ms",
        flush=True,
    )


def _look(here: Site, kind: str, chosen: argparse.Namespace) -> None:
    """Print how much longer a job takes while its page is open, by turns without and with pages."""
    ratios, asked = [], 0
    for number in range(chosen.rounds):
        alone, _ = _job_with(here, chosen.rows, f"alone{number}", look, 0, 0)
        watched, requests = _job_with(
            here, chosen.rows, f"watched{number}", look, chosen.pages, BROWSERS_NICENESS
        )
        ratios.append(jobs.seconds_of(here, watched) / jobs.seconds_of(here, alone))
        asked = sum(requests)
    print(
        f"{kind}: {chosen.pages} open pages: job takes {statistics.median(ratios):.2f} of the time without "
        f"({', '.join(f'{ratio:.2f}' for ratio in ratios)}); {asked} panels in the last round",
        flush=True,
    )


def _job_with(
    here: Site, rows: int, mark: str, act: Callable[..., Any], count: int, niceness: int
) -> tuple[jobs.Started, list[Any]]:
    """Run a job while `count` clients do `act`; return the job and what the clients return. Workers are held
    until all clients are there."""
    people, file = People(mark, rows), here.folder / f"{mark}.csv"
    people.write(file)
    workflow = jobs.clone_workflow(here, mark)
    prepare(here, people, workflow)
    for worker in WORKERS:
        here.muster.kill(worker, signal.SIGSTOP)
    job = jobs.start(here, jobs.upload(here, workflow, file), people, mark)
    with multiprocessing.get_context("spawn").Pool(1) as clients:
        arguments = (act.__name__, here.muster.port, here.browser.cookie, job.public_id, count, niceness)
        doing = clients.apply_async(run_clients, arguments) if count else None
        time.sleep(CONNECT_SECONDS if count else 0)
        for worker in WORKERS:
            here.muster.kill(worker, signal.SIGCONT)
        job = replace(job, at=time.time())
        found = doing.get() if doing else []
        _wait_for_end(here, job)
    jobs.check(here, job, people)
    return job, found


def _stream_of(job: jobs.Started) -> str:
    """Return the key of a job's events; the account of the bench is the first one."""
    return f"muster:events:1:job:{job.public_id}"


def _wait_for_end(here: Site, job: jobs.Started) -> None:
    while True:
        with here.sql() as execute:
            [(status,)] = execute("SELECT status FROM enrollment_jobs WHERE public_id = ?", [job.public_id])
        if status.startswith("completed"):
            return
        time.sleep(0.2)


def run_clients(act: str, port: int, cookie: str, job: str, count: int, niceness: int) -> list[Any]:
    """Run clients in this process until their streams end."""
    os.nice(niceness)
    one = {"listen": listen, "look": look}[act]

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(one(Client(port, cookie), job) for _ in range(count)))

    return asyncio.run(all_of_them())


class Client:
    """Sends GET requests with a session cookie."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie

    async def get(self, path: str, *headers: str) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """Return (status, body, connection); HTTP/1.0, so that the body has no framing."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = (f"GET {path} HTTP/1.0", "Host: localhost", f"Cookie: {self._cookie}", *headers)
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = int((await reader.readline()).split()[1])
        while (await reader.readline()).strip():
            pass
        return status, reader, writer


async def listen(client: Client, job: str) -> list[tuple[float, int]]:
    """Return (received at, newest event that it includes) of each progress event, Unix time in ms."""
    status, reader, writer = await client.get(f"/enrollments/{job}/events")
    assert status == 200, status
    received = []
    while line := await reader.readline():
        if line.startswith(b"id: ") and line.strip() != b"id: end":
            event = line[4:].decode().strip()
            received.append((time.time() * 1000, int(event.partition("-")[0])))
    writer.close()
    return received


async def look(client: Client, job: str) -> int:
    """Do what a job page does; return how many panels it has asked for."""
    page = LookingPage(client, job)
    polling = asyncio.create_task(page.poll())
    await page.follow()
    polling.cancel()
    return page.asked


class LookingPage:
    def __init__(self, client: Client, job: str) -> None:
        self.asked = 0
        self._client = client
        self._job = job
        self._address = f"/enrollments/{job}/panel"
        self._seen = ""
        self._pace = 1.0
        self._drawn_at, self._asked_at = time.monotonic(), 0.0
        self._news: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        status, reader, writer = await self._client.get(f"/enrollments/{self._job}/events")
        assert status == 200, status
        kind = ""
        while line := await reader.readline():
            name, _, value = line.decode().strip().partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "pace":
                self._pace = json.loads(value) / 1000
            elif name == "data" and kind == "progress" and (self._news is None or self._news.done()):
                self._news = asyncio.create_task(self._ask_soon())
        writer.close()

    async def poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if time.monotonic() - self._drawn_at >= max(FRESH_SECONDS, self._pace):
                await self._ask()

    async def _ask_soon(self) -> None:
        await asyncio.sleep(max(0.0, self._asked_at + self._pace - time.monotonic()))
        await self._ask()

    async def _ask(self) -> None:
        self._asked_at = time.monotonic()
        self.asked += 1
        _, reader, writer = await self._client.get(self._address, "HX-Request: true")
        text = (await reader.read()).decode()
        self._drawn_at = time.monotonic()
        if found := re.search(r'id="job-seen" name="seen" value="([^"]*)"', text):
            self._seen = found[1]
        if found := re.search(r'hx-get="([^"]+/panel[^"]*)"', text):
            self._address = found[1].replace("&amp;", "&") + f"&seen={self._seen}"
        writer.close()


if __name__ == "__main__":
    main()

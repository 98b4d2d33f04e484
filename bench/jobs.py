"""Running a bulk enrollment as a person does: upload, map the columns, start, watch the panel."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.browser import Answer
from bench.people import People
from bench.site import Site

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Started:
    """`at` is the moment of pressing Start; `answered_ms` how long the answer took."""

    url: str
    at: float
    answered_ms: float

    @property
    def public_id(self) -> str:
        return self.url.rpartition("/")[2]


def clone_workflow(site: Site, name: str) -> str:
    """Return the public id of a new active workflow."""
    made = json.loads(site.flask("clone", "new-lead-welcome", "--name", name, "--activate", "--json"))
    return str(made["workflow_id"])


def upload(site: Site, workflow: str, file: Path) -> Answer:
    return site.browser.upload(f"/workflows/{workflow}/enroll", "file", file)


def start(site: Site, uploaded: Answer, people: People, mark: str) -> Started:
    """Press Start on the mapping page of an upload."""
    page = site.browser.get(uploaded.url)
    began = time.time()
    answer = site.browser.post(uploaded.url, **people.choices, act="start", once=f"bench-{mark}")
    assert "/enrollments/" in answer.url, f"not started: {page.url} {answer.text[:3000]}"
    return Started(answer.url, began, answer.seconds * 1000)


def watch(site: Site, job: Started) -> list[float]:
    """Poll the panel until the job ends; return the server's milliseconds of each answer."""
    times: list[float] = []
    while True:
        answer = site.browser.get(f"{job.url}/panel")
        times.append(answer.server_ms)
        if "hx-trigger" not in answer.text:
            return times
        time.sleep(POLL_SECONDS)


def seconds_of(site: Site, job: Started) -> float:
    """Return the seconds from Start to the end of a finished job."""
    return _finished(site, job)[0] - job.at


def check(site: Site, job: Started, people: People) -> None:
    """Raise AssertionError unless the outcomes of a finished job are those of its file."""
    counted = _finished(site, job)[1]
    assert counted == people.expected(), f"{counted} is not {people.expected()}"


def _finished(site: Site, job: Started) -> tuple[float, dict[str, int]]:
    with site.sql() as execute:
        [(at, totals)] = execute(
            "SELECT finished_at, totals FROM enrollment_jobs WHERE public_id = ?", [job.public_id]
        )
    return _moment(at), json.loads(totals) if isinstance(totals, str) else totals


def _moment(value: Any) -> float:
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return float(value.timestamp())

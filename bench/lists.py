"""Pages over many rows: failures of a job, and filters over a large account. Times are the server's own."""

import json
import statistics
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from app.platform.api.paging import write_cursor
from bench import jobs
from bench.browser import Answer
from bench.calls import cpu_seconds
from bench.measure import prepare
from bench.people import People
from bench.site import Site

REPEATS = 15
DAYS, CITIES, COMPANIES, TAGS = 700, 300, 5_000, 40


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the server for a request: the median, and the longest after the first one. `work_ms` is
    the CPU time of web server and database, which other programs on the machine lengthen less."""

    name: str
    median_ms: float
    longest_ms: float
    work_ms: float


@dataclass(frozen=True)
class Failing(People):
    """Of every hundred rows one can be enrolled; the others fail for two reasons."""

    def kind(self, row: int) -> str:
        if row % 100 == 0:
            return "good"
        return "broken" if row % 2 else "unknown"


def measure_failures(here: Site, failures: int) -> Iterator[Timing]:
    """Yield the times of the page of a job with so many failures, and of the API's list of them."""
    people, file = Failing("failing", failures * 100 // 99), here.folder / "failing.csv"
    people.write(file)
    workflow = jobs.clone_workflow(here, "Failing")
    prepare(here, people, workflow)
    job = jobs.start(here, jobs.upload(here, workflow, file), people, "failing")
    jobs.watch(here, job)
    jobs.check(here, job, people)
    deep = people.rows // 2
    pages = {
        "first page": {},
        "in the middle": {"after": deep},
        "one reason": {"code": "VALIDATION_ERROR", "after": deep},
        "by reason": {"sort": "code", "after": deep},
        "by address": {"sort": "address"},
        "by address, in the middle": {"sort": "address", "after": deep - 1},
        "a search": {"q": "person99"},
        "a search without matches": {"q": "nobody at all"},
    }
    path = urllib.parse.urlsplit(job.url).path
    for name, query in pages.items():
        address = f"{path}?{urllib.parse.urlencode(query)}"
        yield _timed(here, f"job page, {name}", partial(here.browser.get, address))
    token = {"Authorization": f"Bearer {here.token()}"}
    cursor = write_cursor(deep)
    for name, query in {
        "first 100": {},
        "100 in the middle": {"cursor": cursor},
        "100 by reason": {"sort": "code", "cursor": cursor},
        "100 by identifier": {"sort": "-identifier"},
        "a search": {"search": "person99"},
    }.items():
        address = f"/api/v1/bulk-enrollment/jobs/{job.public_id}/failures?"
        address += urllib.parse.urlencode({"limit": 100, **query})
        yield _timed(here, f"API, {name}", partial(here.browser.get, address, **token))


def measure_filters(here: Site, contacts: int) -> Iterator[Timing]:
    """Yield the times of the live count of filters over so many contacts."""
    _fill(here, contacts)
    htmx = {"HX-Request": "true", "HX-Target": "div#filter-count"}
    for name, rules in FILTERS.items():
        document = {"all": [dict(zip(("field", "op", "value"), rule, strict=True)) for rule in rules]}
        address = "/contacts/filter?" + urllib.parse.urlencode({"filter": json.dumps(document)})
        yield _timed(here, name, partial(here.browser.get, address, **htmx))


FILTERS: dict[str, list[tuple[str, str, Any]]] = {
    "status": [("contact.status", "equals", "active")],
    "city": [("contact.city", "equals", "City 7")],
    "company contains": [("contact.company", "contains", "pany 49")],
    "email ends with": [("contact.email", "ends_with", "@example.org")],
    "email domain": [("contact.email_domain", "equals", "example.org")],
    "first name starts with": [("contact.first_name", "starts_with", "robin 1")],
    "country": [("contact.country", "in_list", ["DE", "AT"])],
    "tag": [("contact.tags", "has_any", ["tag 3"])],
    "tag of all": [("contact.tags", "has_any", ["everybody"])],
    "without a tag": [("contact.tags", "has_none", ["tag 3", "tag 4"])],
    "added lately": [("contact.created_at", "in_last_days", 30)],
    "no phone number": [("contact.phone", "is_empty", "")],
    "five conditions": [
        ("contact.status", "equals", "active"),
        ("contact.country", "equals", "DE"),
        ("contact.tags", "has_any", ["tag 3", "tag 5"]),
        ("contact.created_at", "in_last_days", 365),
        ("contact.company", "is_not_empty", ""),
    ],
    "nobody": [("contact.city", "equals", "Nowhere")],
}


def _timed(here: Site, name: str, ask: Callable[[], Answer]) -> Timing:
    pids = [here.muster.pid_of("web"), *here.database_pids()]
    ask()
    before = cpu_seconds(pids)
    times = [ask().server_ms for _ in range(REPEATS)]
    work_ms = (cpu_seconds(pids) - before) * 1000 / REPEATS
    return Timing(name, statistics.median(times), max(times), work_ms)


def _fill(here: Site, contacts: int) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    added = [(now - timedelta(days=age)).isoformat(sep=" ") for age in range(DAYS)]
    names = "email email_key first_name first_name_key city company country status created_at updated_at"
    with here.sql() as execute:
        [(most,)] = execute("SELECT coalesce(max(id), 0) FROM contacts")
        numbers = range(most + 1, most + contacts + 1)
        execute.load(
            "contacts", ("account_id", "id", *names.split()), (_contact(number, added) for number in numbers)
        )
        for number, name in enumerate(("everybody", *(f"tag {one}" for one in range(TAGS)))):
            execute(
                "INSERT INTO tags (id, account_id, name, name_key, created_at, updated_at)"
                " VALUES (?, 1, ?, ?, ?, ?)",
                [1_000 + number, name, name, added[0], added[0]],
            )
        execute.load(
            "contact_tags",
            ("account_id", "tag_id", "contact_id", "added_at"),
            ((1, tag, number, added[0]) for number in numbers for tag in (1_000, 1_001 + number % TAGS)),
        )
        execute("ANALYZE")
    time.sleep(2)


def _contact(number: int, added: list[str]) -> tuple[Any, ...]:
    address = f"person{number}@example.{'org' if number % 7 == 0 else 'com'}"
    name, country = f"Robin {number % 1000}", ("DE", "AT", "CH", "US", "FR")[number % 5]
    status = "unsubscribed" if number % 25 == 0 else "active"
    at = added[number % len(added)]
    return (
        1, number, address, address, name, name.lower(), f"City {number % CITIES}",
        f"Company {number % COMPANIES}" if number % 3 else None, country, status, at, at,
    )  # fmt: skip

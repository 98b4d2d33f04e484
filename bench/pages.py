"""Pages of an account with many contacts: `python -m bench.pages [--database sqlite,postgresql]
[--contacts 1000000] [--rounds 5] [--only PART]`.

Each page is asked for with 2,000 contacts and with so many, in the same installation. Prints the median of
the server's own times, the CPU time of web server and database, and how many times longer a page takes. Pages
are those that links lead to, with searches and filters of contacts.
"""

import argparse
import json
import statistics
import tempfile
import urllib.parse
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench.browser import Browser
from bench.calls import cpu_seconds
from bench.clicks import pages_of
from bench.site import Site, site

FEW = 2_000
MOST_RATIO, MOST_MS = 2.0, 50.0
"""A page that takes so many times longer, and so much, is marked."""
FIELDS = ("company_size", "favorite_product")
NAMES, CITIES, COMPANIES = 5_000, 300, 50_000
SEARCHES = (
    "/contacts?q=person",
    "/contacts?q=robin+1",
    "/contacts?status=active",
    "/contacts?sort=name",
)


class Timing(NamedTuple):
    """Milliseconds for one request: of the server, and of the processors."""

    server: float
    work: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a part of the addresses")
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with (
            tempfile.TemporaryDirectory(prefix="muster-bench-") as folder,
            site(kind, Path(folder), sample_data=True) as here,
        ):
            add_fields(here)
            fill(here, range(FEW))
            paths = [path for path in all_pages(here.browser) if chosen.only in path]
            few = {path: timed(here, path, chosen.rounds) for path in paths}
            fill(here, range(FEW, chosen.contacts))
            for path in paths:
                print(f"{kind}: {_line(path, few[path], timed(here, path, chosen.rounds))}", flush=True)


def all_pages(browser: Browser) -> list[str]:
    """Return one address of each page."""
    rule = {"field": "contact.city", "op": "equals", "value": "City 7"}
    condition = urllib.parse.urlencode({"filter": json.dumps({"all": [rule]})})
    return sorted({*pages_of(browser), *SEARCHES, f"/contacts?{condition}"})


def timed(here: Site, path: str, rounds: int) -> Timing:
    """Ask for a page again and again."""
    pids = [here.muster.pid_of("web"), *here.database_pids()]
    here.browser.get(path)
    before = cpu_seconds(pids)
    times = [here.browser.get(path).server_ms for _ in range(rounds)]
    return Timing(statistics.median(times), (cpu_seconds(pids) - before) * 1000 / rounds)


def add_fields(here: Site) -> None:
    """Add custom fields for `fill`."""
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    with here.sql() as execute:
        for key in FIELDS:
            execute(
                "INSERT INTO custom_fields (account_id, key, label, created_at, updated_at)"
                " VALUES (1, ?, ?, ?, ?)",
                [key, key.replace("_", " ").capitalize(), at, at],
            )


def fill(here: Site, numbers: Iterable[int]) -> None:
    """Add a contact for each number."""
    columns = (
        "account_id", "email", "email_key", "first_name", "first_name_key", "last_name", "last_name_key",
        "city", "company", "birthday", "custom", "status", "created_at", "updated_at",
    )  # fmt: skip
    now = datetime.now(UTC).replace(tzinfo=None)
    with here.sql() as execute:
        execute.load("contacts", columns, (_contact(number, now) for number in numbers))
        execute("ANALYZE")
    here.vacuum()


def _contact(number: int, now: datetime) -> tuple[Any, ...]:
    address, at = f"person{number}@example.com", (now - timedelta(days=number % 700)).isoformat(sep=" ")
    first, last = f"Robin {number % NAMES}", f"Lee {number // NAMES}"
    custom = {FIELDS[0]: f"{number % 1000} people", FIELDS[1]: f"Product {number}"} if number % 2 else {}
    born = f"{1950 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}"
    status = "active" if number % 25 else "unsubscribed"
    return (
        1, address, address, first, first.lower(), last, last.lower(), f"City {number % CITIES}",
        f"Company {number % COMPANIES}", born, json.dumps(custom), status, at, at,
    )  # fmt: skip


def _line(path: str, few: Timing, many: Timing) -> str:
    ratio = many.server / max(few.server, 1.0)
    mark = "! " if ratio > MOST_RATIO and many.server > MOST_MS else "  "
    return (
        f"{mark}{path[:70]}: {few.server:.0f} ms, then {many.server:.0f} ms ({ratio:.1f} x),"
        f" CPU {few.work:.0f} ms, then {many.work:.0f} ms"
    )


if __name__ == "__main__":
    main()

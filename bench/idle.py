"""People who wait: `python -m bench.idle [--database sqlite,postgresql] [--people 1000000] [--seconds 30]`.

So many enrollments wait, half of them for a time that is days ahead, half for an event. Nothing is due. What
the processes of an idle installation and its database need then is compared with what they need without
anybody in a workflow. The pages are those of the workflow that they are in.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.calls import cpu_seconds
from bench.moves import _add_contacts, _now, _workflow
from bench.site import Site, site
from tests.services.api_user import ApiUser

STEPS: list[dict[str, Any]] = [
    {"id": "mark", "type": "add_tag", "enabled": True, "config": {"tag": "Bench"}},
    {"id": "pause", "type": "wait", "enabled": True, "config": {"amount": 90, "unit": "days"}},
    {
        "id": "customer",
        "type": "wait_for_event",
        "enabled": True,
        "config": {"event": "tag_added", "tag": "Customer", "timeout": {"amount": 90, "unit": "days"}},
    },
    {"id": "last", "type": "add_tag", "enabled": True, "config": {"tag": "Last"}},
]
PAGES = {"workflow": "", "people in it": "/people", "analytics": "/analytics"}
SETTLE_SECONDS, TIMES = 10, 15


class Idle(NamedTuple):
    """Shares of a core by kind of process, over some seconds."""

    seconds: float
    shares: dict[str, float]

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {share:.2%}" for name, share in self.shares.items())
        return f"{sum(self.shares.values()):.2%} of a core ({parts})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.idle")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, site(kind, Path(folder)) as here:
            print(f"{kind}, nobody waits: {measure_idle(here, chosen.seconds)}", flush=True)
            page = _fill(here, chosen.people)
            print(f"{kind}, {chosen.people:,} wait: {measure_idle(here, chosen.seconds)}", flush=True)
            for name, milliseconds in measure_pages(here, page):
                print(f"{kind}, page “{name}”: {milliseconds:.0f} ms", flush=True)


def measure_idle(here: Site, seconds: float) -> Idle:
    time.sleep(SETTLE_SECONDS)
    before, began = _processor_seconds(here), time.perf_counter()
    time.sleep(seconds)
    took, after = time.perf_counter() - began, _processor_seconds(here)
    return Idle(took, {name: (used - before.get(name, 0.0)) / took for name, used in after.items()})


def measure_pages(here: Site, page: str) -> Iterator[tuple[str, float]]:
    """Yield the server's median milliseconds of each page, after it was loaded once."""
    for name, part in PAGES.items():
        here.browser.get(f"{page}{part}")
        yield name, statistics.median(here.browser.get(f"{page}{part}").server_ms for _ in range(TIMES))


def _processor_seconds(here: Site) -> dict[str, float]:
    """Return the processor time that all processes have used so far, and those of the database."""
    roots = {"Muster": [here.muster.process.pid], "database": here.database_pids()}
    return {name: cpu_seconds(pids) for name, pids in roots.items()}


def _fill(here: Site, people: int) -> str:
    """Let so many people wait in a workflow; return the address of its page."""
    _add_contacts(here, people)
    workflow_id, version_id = _workflow(here, ApiUser(here.muster), "Waiting", STEPS)
    ahead = "datetime('now', '+' || (1 + id - id / 89 * 89) || ' days')"
    if not here.is_sqlite:
        ahead = "now() + make_interval(days => (1 + id - id / 89 * 89)::int)"
    with here.sql() as execute:
        execute(
            "INSERT INTO enrollments (account_id, workflow_id, version_id, contact_id, status, step_id,"
            " waits_for, due_at, source, enrolled_at, moved_at)"
            f" SELECT 1, {workflow_id}, {version_id}, id, 'active',"
            " CASE WHEN id = id / 2 * 2 THEN 'pause' ELSE 'customer' END,"
            f" CASE WHEN id = id / 2 * 2 THEN 'time' ELSE 'event' END, {ahead}, 'bulk_enrollment',"
            f" '{_now()}', '{_now()}' FROM contacts WHERE account_id = 1"
        )
        execute("ANALYZE")
        [(public_id,)] = execute("SELECT public_id FROM workflows WHERE id = ?", [workflow_id])
    here.flask("recount-enrollments")
    here.vacuum()
    return f"/workflows/{public_id}"


if __name__ == "__main__":
    main()

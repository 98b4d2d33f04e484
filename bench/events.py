"""Events that other systems report, against their target: 10,000 enroll within 10 s (E-20).

`python -m bench.events [--database sqlite,postgresql] [--events 10000]`.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.site import Site, site
from tests.services.plain_client import fetch

AT_ONCE, MOST_SECONDS = 1_000, 10.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.events", description=__doc__)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--events", type=int, default=10_000)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))
        try:
            with site(kind, folder) as here:
                _measure(here, kind, chosen.events)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(here: Site, kind: str, count: int) -> None:
    """Report purchases of people who are new, and again of the same people."""
    headers = {"Authorization": f"Bearer {here.token()}", "Content-Type": "application/json"}
    _start_workflow(here, headers)
    for what in ("new people", "known people, not enrolled again"):
        began = time.perf_counter()
        for first in range(0, count, AT_ONCE):
            events = [_event(at, what) for at in range(first, min(first + AT_ONCE, count))]
            body = {"events": events, "missing_contacts": "create", "consent_basis": "customer"}
            answer = _call(here, headers, "POST", "/events", body)
            assert answer["recorded"] == len(events), answer["results"][:3]
        seconds = time.perf_counter() - began
        is_met = seconds < MOST_SECONDS
        print(
            f"{'ok  ' if is_met else 'MISS'} {kind}: {count:,} events about {what}: {seconds:.1f} s",
            flush=True,
        )
    with here.sql() as execute:
        [(enrolled,)] = execute("SELECT count(*) FROM enrollments WHERE source = ?", ["trigger"])
    assert enrolled == count, f"{enrolled} of {count} were enrolled"


def _event(at: int, what: str) -> dict[str, Any]:
    data = {"product": "Starter course", "amount": 49}
    return {"id": f"{what}-{at}", "type": "purchase_made", "email": f"p{at}@example.com", "data": data}


def _start_workflow(here: Site, headers: dict[str, str]) -> None:
    cloned = here.flask(
        "clone", "first-order-welcome", "--name", "First orders", "--switch-off-missing", "--json"
    )
    place = f"/workflows/{json.loads(cloned)['workflow_id']}"
    definition = _call(here, headers, "GET", place)["definition"]
    definition["trigger"]["enabled"] = True
    _call(here, headers, "PATCH", place, {"definition": definition})
    _call(here, headers, "POST", f"{place}/activate", {"accept_missing": True})
    _call(here, headers, "POST", f"{place}/start", {})


def _call(here: Site, headers: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    text = None if body is None else json.dumps(body)
    status, found, _ = fetch(here.muster.port, method, f"/api/v1{path}", text, headers)
    assert status < 400, f"{method} {path}: {status} {found}"
    return json.loads(found)


if __name__ == "__main__":
    main()

"""The JSON API and pages over many rows, against their targets.

`python -m bench.api [--database sqlite,postgresql] [--parts calls,failures,filters] [--seconds 5]
[--connections 16] [--rounds 5] [--failures 100000] [--contacts 1000000]`.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from bench.calls import measure_calls
from bench.lists import Timing, measure_failures, measure_filters
from bench.site import Site, site

MIN_PER_SECOND, MAX_P99_MS, MAX_RATIO = 1_500, 50, 3.0
MAX_FAILURES_MS, MAX_FILTER_MS = 50, 150
SETTINGS = {"API_REQUESTS_PER_MINUTE": "10000000"}  # the requests are counted, but not refused


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.api", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--parts", default="calls,failures,filters")
    parser.add_argument("--seconds", type=float, default=5, help="of load in each round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--failures", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    chosen = parser.parse_args()
    parts: dict[str, Callable[[Site, str, argparse.Namespace], None]] = {
        "calls": _calls,
        "failures": _failures,
        "filters": _filters,
    }
    for kind in chosen.database.split(","):
        for part in chosen.parts.split(","):
            folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))
            try:
                with site(kind, folder, **SETTINGS) as here:
                    parts[part](here, kind, chosen)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def _calls(here: Site, kind: str, chosen: argparse.Namespace) -> None:
    for one in measure_calls(here, chosen.seconds, chosen.connections, chosen.rounds):
        is_met = one.per_second >= MIN_PER_SECOND and one.p99_ms < MAX_P99_MS and one.ratio <= MAX_RATIO
        _say(
            kind,
            is_met,
            f"{one.name}: {one.per_second:,.0f} requests/s, p99 {one.p99_ms:.0f} ms; {one.ratio:.1f} x slower"
            f" than bare Flask ({one.bare_per_second:,.0f}/s); CPU {one.work_ms:.2f} ms, bare"
            f" {one.bare_work_ms:.2f} ms",
        )


def _failures(here: Site, kind: str, chosen: argparse.Namespace) -> None:
    for one in measure_failures(here, chosen.failures):
        _say_time(kind, f"{chosen.failures:,} failures, {one.name}", one, MAX_FAILURES_MS)


def _filters(here: Site, kind: str, chosen: argparse.Namespace) -> None:
    for one in measure_filters(here, chosen.contacts):
        _say_time(kind, f"count of {chosen.contacts:,} contacts, {one.name}", one, MAX_FILTER_MS)


def _say_time(kind: str, name: str, timing: Timing, most: float) -> None:
    is_met = timing.median_ms < most
    _say(
        kind,
        is_met,
        f"{name}: {timing.median_ms:.0f} ms (up to {timing.longest_ms:.0f}), CPU {timing.work_ms:.0f} ms",
    )


def _say(kind: str, is_met: bool, text: str) -> None:
    load: Any = psutil.getloadavg()[0]
    print(f"{'  ' if is_met else '! '}{kind}: {text} [load {load:.1f}]", flush=True)


if __name__ == "__main__":
    main()

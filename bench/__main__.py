"""Measure bulk enrollment and the library: `python -m bench [--database sqlite,postgresql] [--write]`.

`--rows 10000,100000`, `--new 100000` (all rows make contacts), `--beside 1000000` (a small job beside a
large one, the terminal, a start) and `--templates 1000` (the library of templates) choose the parts; an
empty value leaves a part out. `--rounds 5` is how often each is measured.
"""

import argparse
import platform
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from bench.library import Timing, measure_library
from bench.measure import Figures, measure
from bench.results import page
from bench.waits import Waits, measure_waits

RESULTS = Path(__file__).with_name("RESULTS.md")
MOST_ROUNDS = {10_000: 5, 100_000: 5, 1_000_000: 3}  # a million rows take minutes, not seconds

Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--new", default="100000", help="rows that all make contacts")
    parser.add_argument("--beside", default="1000000", help="rows of the job that a small one runs beside")
    parser.add_argument("--templates", default="1000", help="templates in the library")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, help="default: 5, for 1,000,000 rows 3")
    parser.add_argument("--write", action="store_true", help="keep the page in RESULTS.md")
    chosen = parser.parse_args()
    figures: list[Figures] = []
    waits: list[Waits] = []
    library: list[Timing] = []
    templates = sum(_numbers(chosen.templates)[:1])
    for kind in chosen.database.split(","):
        for creates, sizes in ((False, chosen.rows), (True, chosen.new)):
            for rows in _numbers(sizes):
                rounds = chosen.rounds or MOST_ROUNDS.get(rows, 3)
                figures.append(_apart(lambda folder: measure(kind, rows, rounds, folder, creates)))  # noqa: B023
        for rows in _numbers(chosen.beside):
            waits.append(_apart(lambda folder: measure_waits(kind, rows, folder)))  # noqa: B023
        if templates:
            rounds = chosen.rounds or 5
            library += _apart(lambda folder: list(measure_library(kind, templates, rounds, folder)))  # noqa: B023
    text = page(figures, waits, library, templates, _machine())
    print(text)
    if chosen.write:
        RESULTS.write_text(text, encoding="utf-8")


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _apart(run: Callable[[Path], Result]) -> Result:
    """Run one measurement in a folder of its own and print it."""
    folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))
    try:
        done = run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(done, flush=True)
    return done


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1024**3
    load = statistics.mean(psutil.getloadavg())
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"Python {platform.python_version()}, load {load:.1f} at the end"
    )


if __name__ == "__main__":
    main()

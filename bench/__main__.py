"""`python -m bench [--rows 10000,100000] [--database sqlite,postgresql] [--rounds 3] [--write]`."""

import argparse
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

import psutil

from bench.measure import Figures, measure
from bench.results import table

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", default="10000,100000")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="keep the table in RESULTS.md")
    chosen = parser.parse_args()
    figures: list[Figures] = []
    for kind in chosen.database.split(","):
        for rows in map(int, chosen.rows.split(",")):
            folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))
            try:
                figures.append(measure(kind, rows, chosen.rounds, folder))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            print(figures[-1], flush=True)
    text = table(figures, _machine())
    print(text)
    if chosen.write:
        RESULTS.write_text(text, encoding="utf-8")


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1024**3
    load = statistics.mean(psutil.getloadavg())
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"Python {platform.python_version()}, load {load:.1f} at the end"
    )


if __name__ == "__main__":
    main()

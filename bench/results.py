"""The figures as a page."""

from collections.abc import Sequence

from bench.measure import Figures

HEAD = """# Bulk enrollment against plain SQL

Written by `make bench`. {machine}.

The **floor** is the same work by hand-written SQL in one transaction on the same database in the same run
(`bench/floor.py`): read the file, check the addresses, match, judge every row, enroll, tag, note in each time
line, keep an outcome for every row. **Muster** is the time from pressing *Start* to the job's end, with two
workers, through queue, planning and batches, while the job page is polled. Of every 100 rows 85 can be
enrolled, 5 are in the workflow already, 4 are unknown, 3 have unsubscribed, 2 are duplicates and 1 has a bad
address. PostgreSQL runs with fsync on. Seconds are medians over the rounds, the ratio is taken round by
round; memory is the largest single process, the panel's time is the server's own.

"""

COLUMNS = (
    "database",
    "rows",
    "floor",
    "Muster",
    "ratio (all rounds)",
    "rows per second",
    "start answered",
    "panel (worst)",
    "web",
    "worker",
)


def table(figures: Sequence[Figures], machine: str) -> str:
    """A Markdown page with one line for each size and database."""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(_cells(one)) for one in figures)]
    return HEAD.format(machine=machine) + "\n".join(lines) + "\n"


def _cells(one: Figures) -> Sequence[str]:
    ratios = ", ".join(f"{ratio:.1f}" for ratio in one.ratios)
    return (
        one.database,
        f"{one.rows:,}",
        f"{one.floor_seconds:.2f} s",
        f"{one.muster_seconds:.2f} s",
        f"**{one.ratio:.1f}** ({ratios})",
        f"{one.rows / one.muster_seconds:,.0f}",
        f"{one.start_ms:.0f} ms",
        f"{one.panel_ms:.1f} ms ({one.panel_worst_ms:.1f})",
        f"{one.web_mb:.0f} MB",
        f"{one.worker_mb:.0f} MB",
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"

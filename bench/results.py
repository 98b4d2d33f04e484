"""The figures as a page."""

from collections.abc import Sequence

from bench.library import Timing
from bench.measure import Figures
from bench.waits import SMALL_ROWS, STARTS, TERMINAL_ROWS, Waits

HEAD = """# Bulk enrollment against plain SQL

Written by `make bench` from one run. {machine}.

The **floor** is the same work by hand-written SQL in one transaction on the same database in the same run
(`bench/floor.py`): read the file, check the addresses, match, judge every row, enroll, tag, note in each time
line, keep an outcome for every row. **Muster** is the time from pressing *Start* to the job's end, with two
workers, through queue, planning and batches, while the job page is polled. Of every 100 rows 85 can be
enrolled, 5 are in the workflow already, 4 are unknown, 3 have unsubscribed, 2 are duplicates and 1 has a bad
address; *all new* means that every row makes a contact of five columns. Rounds follow each other in one
account, with `ANALYZE` before each, so that statistics know older jobs only. PostgreSQL runs with fsync on.
Seconds are medians over the rounds, the ratio is taken round by round; memory is the largest single process,
the panel's time is the server's own.

"""

SIZES = (
    "database",
    "rows",
    "floor",
    "Muster",
    "ratio (all rounds)",
    "rows per second",
    "start answered",
    "panel median (p95)",
    "web",
    "worker",
)

WAITS_HEAD = """
## What people wait for

A job of {small} rows started beside a large one of the same account, from *Start* to its end; `flask enroll`
with {terminal:,} rows until it returns; `make run` on an installation that has run before, until the sign-in
page is there and until somebody is signed in and all processes run (medians of {starts}).

"""

WAITS = (
    "database",
    "beside",
    "while planned",
    "while processed",
    "flask enroll",
    "first page",
    "signed in, all ready",
)

LIBRARY_HEAD = """
## The library of templates

An account with {templates:,} templates beside the built-in ones, each with a workflow and 25 people, and one
of 100 steps. Times are the server's own, CPU that of web server and database per request; the ratio is that
to the same reading or writing in hand-written SQL in the same round, with a plain list of the steps where
they are drawn. Targets are for the medians.

"""

LIBRARY = ("database", "what", "target", "median", "longest", "CPU", "ratio")


def page(
    figures: Sequence[Figures],
    waits: Sequence[Waits],
    library: Sequence[Timing],
    templates: int,
    machine: str,
) -> str:
    """Return a Markdown page: a line for each size, for each database's waits, and for what is done in the
    library with so many templates."""
    lines = [_line(SIZES), _line(["---"] * len(SIZES)), *(_line(_size(one)) for one in figures)]
    text = HEAD.format(machine=machine) + "\n".join(lines) + "\n"
    if waits:
        lines = [_line(WAITS), _line(["---"] * len(WAITS)), *(_line(_wait(one)) for one in waits)]
        text += WAITS_HEAD.format(small=SMALL_ROWS, terminal=TERMINAL_ROWS, starts=STARTS)
        text += "\n".join(lines) + "\n"
    if library:
        lines = [_line(LIBRARY), _line(["---"] * len(LIBRARY)), *(_line(_timing(one)) for one in library)]
        text += LIBRARY_HEAD.format(templates=templates) + "\n".join(lines) + "\n"
    return text


def _size(one: Figures) -> Sequence[str]:
    ratios = ", ".join(f"{ratio:.1f}" for ratio in one.ratios)
    return (
        one.database,
        f"{one.rows:,}{', all new' if one.creates else ''}",
        f"{one.floor_seconds:.2f} s",
        f"{one.muster_seconds:.2f} s",
        f"**{one.ratio:.1f}** ({ratios})",
        f"{one.rows / one.muster_seconds:,.0f}",
        f"{one.start_ms:.0f} ms",
        f"{one.panel_ms:.1f} ms ({one.panel_p95_ms:.1f})",
        f"{one.web_mb:.0f} MB",
        f"{one.worker_mb:.0f} MB",
    )


def _wait(one: Waits) -> Sequence[str]:
    seconds = (one.beside_planning, one.beside_processing, one.terminal, one.first_page, one.ready)
    return (one.database, f"{one.large_rows:,} rows", *(f"{value:.1f} s" for value in seconds))


def _timing(one: Timing) -> Sequence[str]:
    times = (one.most_ms, one.median_ms, one.longest_ms, one.work_ms)
    return (one.database, one.name, *(f"{value:.0f} ms" for value in times), f"**{one.ratio:.1f}**")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"

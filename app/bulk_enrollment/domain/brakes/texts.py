"""Texts about a job that a brake has paused, or that waits for approval."""

from typing import Final

from app.bulk_enrollment.domain.brakes.rules import Failures
from app.bulk_enrollment.domain.job import Progress
from app.platform.text.formats import number
from app.platform.text.words import counted

CANARY_DONE: Final = "Its first rows are done. Look at their results, then continue the job or cancel it."


def canary_words(progress: Progress) -> str:
    """Describe the first rows of a job, which waits to be let go on."""
    first, left = progress.processed, progress.total - progress.processed
    done = [f"{number(progress.succeeded)} succeeded", f"{number(progress.failed)} failed"]
    done.insert(1, f"{number(progress.skipped - progress.cancelled)} skipped")
    results = f"{done[0]}, {done[1]}, and {done[2]}"
    start = "The first row is done" if first == 1 else f"The first {number(first)} rows are done"
    verb = "waits" if left == 1 else "wait"
    return f"{start}: {results}. The other {number(left)} {verb} until you continue the job."


def failures_words(failures: Failures | None) -> str:
    """Describe why the breaker paused a job."""
    if failures is None:
        return "Muster paused this job because something went wrong. Resume it when that is fixed."
    if failures.is_in_all:
        why = f"{counted(failures.failed, 'row has', 'rows have')} failed, more than {number(failures.limit)}"
    else:
        share = f"more than {failures.limit}%"
        why = f"{number(failures.failed)} of the last {counted(failures.rows, 'row')} failed, {share}"
    return f"Paused because {why}. Look at the failed rows, then continue the job or cancel it."


def approval_words(rows: int, asked_by: str | None) -> str:
    """Describe what a job waits for that needs a second person's approval."""
    start = f"{asked_by} started this job. " if asked_by else ""
    waits = f"With {counted(rows, 'row')}, it waits for another person’s approval."
    return f"{start}{waits} Nobody has been added yet."

"""Undo of a job: when it is possible, and its texts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.bulk_enrollment.domain.job import UNFINISHED, JobStatus
from app.bulk_enrollment.domain.outcomes import TAKEN_BACK, Outcome
from app.platform.text.formats import number
from app.platform.text.words import counted, joined

UNDO_HOURS: Final = 24

O = Outcome  # noqa: E741
Counts = Mapping[Outcome, int]


def why_not_undone(
    kind: str, status: JobStatus, finished_at: datetime | None, succeeded: int, now: datetime
) -> str:
    """Return why a job can’t be undone, as a sentence; empty if it can."""
    if kind == "undo":
        return "An undo can’t be undone. Start the original job again instead."
    if status in UNFINISHED or finished_at is None:
        return "This job is still running. Cancel it or wait until it has finished, then undo it."
    if not succeeded:
        return "This job added nobody, so there is nothing to undo."
    if now - finished_at > timedelta(hours=UNDO_HOURS):
        return f"A job can be undone within {UNDO_HOURS} hours after it has finished."
    return ""


def undo_headline(status: JobStatus, outcomes: Counts, workflow: str | None, source: str) -> str:
    """Return the most important sentence about an undo. `workflow` is None if an import is undone, `source`
    the name of the rows."""
    what = f"“{source}”"
    match status:
        case JobStatus.PAUSED:
            return f"Undoing {what} is paused."
        case JobStatus.CANCELLING:
            return f"Canceling the undo of {what}. {_done(outcomes, workflow)}"
        case JobStatus.FAILED:
            return "The undo couldn’t be prepared. Nothing was changed."
        case _ if status in UNFINISHED:
            return f"Undoing {what}."
    start = "Canceled. " if status is JobStatus.CANCELLED else ""
    return start + _done(outcomes, workflow)


def _done(outcomes: Counts, workflow: str | None) -> str:
    parts = undone_parts(outcomes, workflow)
    if not parts:
        return "Nothing was changed."
    return f"Undone: {joined(parts)}."


def undone_parts(outcomes: Counts, workflow: str | None) -> list[str]:
    """Describe what was undone: each part with its number of people."""
    return _parts(outcomes, workflow, "")


def parts_to_undo(outcomes: Counts, workflow: str | None) -> list[str]:
    """Describe what an undo would do: each part with its number of people."""
    return _parts(outcomes, workflow, "will be ")


def _parts(outcomes: Counts, workflow: str | None, will_be: str) -> list[str]:
    removed, withdrawn = outcomes.get(O.CONTACT_REMOVED, 0), outcomes.get(O.WITHDRAWN, 0)
    tags = outcomes.get(O.TAGS_REMOVED, 0)
    parts = []
    if workflow is not None and withdrawn + removed:
        parts.append(f"{counted(withdrawn + removed, 'person', 'people')} {will_be}removed from {workflow}")
    if removed:
        parts.append(f"{counted(removed, 'new contact')} {will_be}deleted")
    if tags:
        parts.append(f"the job’s tags {will_be}removed from {counted(tags, 'person', 'people')}")
    return parts


def undo_question(outcomes: Counts, total: int, workflow: str | None) -> str:
    """Return the figures of an undo before it starts, as a sentence."""
    can = sum(outcomes.get(one, 0) for one in TAKEN_BACK)
    if workflow is not None:
        sentence = f"{number(can)} of {counted(total, 'person', 'people')} can be removed from {workflow}"
    else:
        sentence = f"{number(can)} of {counted(total, 'row')} can be undone"
    moved = outcomes.get(O.MOVED_ON, 0)
    if not moved:
        return sentence + "."
    have = "has" if moved == 1 else "have"
    listed = "is" if moved == 1 else "are"
    return f"{sentence}; {number(moved)} {have} moved on and {listed} listed below."

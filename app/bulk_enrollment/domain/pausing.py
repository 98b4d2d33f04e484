"""Who paused a job, which pause takes precedence, and the working time without pauses."""

from datetime import datetime
from enum import StrEnum


class PausedBy(StrEnum):
    """Who paused a job. `brake` is the system, which stopped the job because something went wrong."""

    WORKFLOW = "workflow"
    PERSON = "person"
    BRAKE = "brake"


def pause_that_holds(now: PausedBy | None, by: PausedBy) -> PausedBy:
    """Return whose pause it is after `by` pauses an already paused job. Only a pause by the workflow is
    replaced, because it would end by itself."""
    return by if now in (None, PausedBy.WORKFLOW) else now


def may_resume(paused_by: PausedBy, by: PausedBy) -> bool:
    """Return whether `by` may end a pause: a person any pause, the workflow and the brake only their own."""
    return by is PausedBy.PERSON or by is paused_by


def seconds_paused(
    before: float, started_at: datetime | None, paused_at: datetime | None, until: datetime
) -> float:
    """Return the seconds of a job's run time spent in pauses: earlier ones (`before`) and the current one, if
    any.

    A pause before the first batch does not count.
    """
    if started_at is None or paused_at is None:
        return before
    return before + max(0.0, (until - max(paused_at, started_at)).total_seconds())


def seconds_at_work(started_at: datetime, paused: float, until: datetime) -> float:
    """Return the seconds since the first batch, without the `paused` ones."""
    return max(0.0, (until - started_at).total_seconds() - paused)

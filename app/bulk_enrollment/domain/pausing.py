"""Who paused a job, whose pause holds, and the time that pauses take away from its work."""

from datetime import datetime
from enum import StrEnum


class PausedBy(StrEnum):
    """`brake` is the system itself, which stopped the job because something went wrong."""

    WORKFLOW = "workflow"
    PERSON = "person"
    BRAKE = "brake"


def pause_that_holds(now: PausedBy | None, by: PausedBy) -> PausedBy:
    """Who holds a job paused once `by` pauses it too. A pause that follows the workflow gives way, because it
    would end by itself; any other stays as it is."""
    return by if now in (None, PausedBy.WORKFLOW) else now


def may_resume(paused_by: PausedBy, by: PausedBy) -> bool:
    """Whether `by` may end a pause: a person may end any, a workflow and a brake only their own."""
    return by is PausedBy.PERSON or by is paused_by


def seconds_paused(
    before: float, started_at: datetime | None, paused_at: datetime | None, until: datetime
) -> float:
    """Seconds of a job's run that it was paused: those of earlier pauses and the pause under way, if any.
    A pause before the first batch takes nothing away."""
    if started_at is None or paused_at is None:
        return before
    return before + max(0.0, (until - max(paused_at, started_at)).total_seconds())


def seconds_at_work(started_at: datetime, paused: float, until: datetime) -> float:
    """Seconds from the first batch on, without the `paused` ones."""
    return max(0.0, (until - started_at).total_seconds() - paused)

"""Who paused a job, which pause takes precedence, and the working time without pauses."""

from datetime import datetime
from enum import StrEnum


class PausedBy(StrEnum):
    """Who paused a job, or why. `brake`: too many rows failed. `canary`: its first rows are done, and a
    person is to look at them. `approval`: another person has to approve it."""

    WORKFLOW = "workflow"
    PERSON = "person"
    BRAKE = "brake"
    CANARY = "canary"
    APPROVAL = "approval"


# Pauses that Muster began and a person ends by letting the job go on.
BRAKES = frozenset({PausedBy.BRAKE, PausedBy.CANARY})


class Decision(StrEnum):
    """Why a job waits until a person decides about it; also the code of its badge."""

    APPROVAL = "waits_for_approval"
    CANARY = "first_rows_done"
    BRAKE = "too_many_failures"
    MISSED_START = "missed_start"


_DECISIONS: dict[str, Decision] = {
    PausedBy.APPROVAL: Decision.APPROVAL,
    PausedBy.CANARY: Decision.CANARY,
    PausedBy.BRAKE: Decision.BRAKE,
}


def decision_needed(status: str, paused_by: str | None, not_before: datetime | None) -> Decision | None:
    """Return why a job waits for a person, or None. `not_before` is the start of a scheduled job; None if it
    has missed its start."""
    if status == "scheduled":
        return Decision.MISSED_START if not_before is None else None
    return _DECISIONS.get(paused_by or "") if status == "paused" else None


def pause_that_holds(now: PausedBy | None, by: PausedBy) -> PausedBy:
    """Return whose pause it is after `by` pauses an already paused job. Only a pause by the workflow is
    replaced, because it would end by itself."""
    return by if now in (None, PausedBy.WORKFLOW) else now


def may_resume(paused_by: PausedBy, by: PausedBy) -> bool:
    """Return whether `by` may end a pause: a person any except for that of an approval, others only their
    own."""
    return by is paused_by or (by is PausedBy.PERSON and paused_by is not PausedBy.APPROVAL)


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

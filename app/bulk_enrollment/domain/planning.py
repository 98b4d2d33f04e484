"""State of a job's plan: what planning may do next, apart from the status shown to users.

Derived from the job's columns alone: here for one job, in `infrastructure.conditions.plan_states` for
queries.
"""

from enum import StrEnum

from app.bulk_enrollment.domain.job import WITH_OPEN_BATCHES, JobStatus


class PlanState(StrEnum):
    """`none`: the job is not to be planned now. `waiting`: no worker is planning it. `held`: a worker is
    planning it. `ready`: every row has a verdict. `failed`: the rows cannot be read. `used`: the batches are
    cut."""

    NONE = "none"
    WAITING = "waiting"
    HELD = "held"
    READY = "ready"
    FAILED = "failed"
    USED = "used"


P = PlanState

NEXT: dict[PlanState, frozenset[PlanState]] = {
    P.NONE: frozenset({P.WAITING, P.HELD, P.READY}),  # when a scheduled job becomes due
    P.WAITING: frozenset({P.HELD, P.NONE}),
    # A worker stops or dies before the end; the job is canceled during planning.
    P.HELD: frozenset({P.HELD, P.WAITING, P.READY, P.FAILED, P.NONE}),
    P.READY: frozenset({P.USED, P.NONE}),
    P.FAILED: frozenset({P.NONE}),
    P.USED: frozenset(),
}

SMALL_JOB = 1_000  # rows; planned in less than a second, so it need not wait for another job of its account

PLANNABLE = frozenset({JobStatus.DRAFT, JobStatus.PENDING, JobStatus.VALIDATING})
CUT = WITH_OPEN_BATCHES | {JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS}


def plan_state(status: JobStatus, *, is_planned: bool, is_held: bool, has_failed: bool) -> PlanState:
    """Return the plan state. `is_planned`: every row has a verdict. `is_held`: a lease is valid.
    `has_failed`: there is a message why the rows cannot be read."""
    if status in CUT or (status is JobStatus.CANCELLED and is_planned):
        return P.USED
    if has_failed:
        return P.FAILED
    if status not in PLANNABLE:
        return P.NONE
    if is_planned:
        return P.READY
    return P.HELD if is_held else P.WAITING

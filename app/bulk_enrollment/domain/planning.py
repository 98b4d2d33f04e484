"""How far the plan of a job is. A job's status says what people see; this says what planning may do next.

It is told by the job's columns alone, here for one job and in `infrastructure.plan_states` for a query.
"""

from enum import StrEnum

from app.bulk_enrollment.domain.job import JobStatus


class PlanState(StrEnum):
    """`none`: the job is not to be planned (yet, or any more). `waiting`: nobody is at it. `held`: a worker
    plans it. `ready`: every row has its verdict. `failed`: the rows cannot be read. `used`: the batches are
    cut."""

    NONE = "none"
    WAITING = "waiting"
    HELD = "held"
    READY = "ready"
    FAILED = "failed"
    USED = "used"


P = PlanState

NEXT: dict[PlanState, frozenset[PlanState]] = {
    P.NONE: frozenset({P.WAITING, P.HELD, P.READY}),  # a scheduled job’s time has come
    P.WAITING: frozenset({P.HELD, P.NONE}),
    # A worker stops or dies and leaves the rest; the job is cancelled while it is planned.
    P.HELD: frozenset({P.HELD, P.WAITING, P.READY, P.FAILED, P.NONE}),
    P.READY: frozenset({P.USED, P.NONE}),
    P.FAILED: frozenset({P.NONE}),
    P.USED: frozenset(),
}

PLANNABLE = frozenset({JobStatus.DRAFT, JobStatus.PENDING, JobStatus.VALIDATING})
CUT = frozenset(
    {
        JobStatus.QUEUED,
        JobStatus.PROCESSING,
        JobStatus.PAUSED,
        JobStatus.CANCELLING,
        JobStatus.COMPLETED,
        JobStatus.COMPLETED_WITH_ERRORS,
    }
)


def plan_state(status: JobStatus, *, is_planned: bool, is_held: bool, has_failed: bool) -> PlanState:
    """`is_planned`: every row has been judged. `is_held`: a lease runs. `has_failed`: a sentence says
    why the rows cannot be read."""
    if status in CUT or (status is JobStatus.CANCELLED and is_planned):
        return P.USED
    if has_failed:
        return P.FAILED
    if status not in PLANNABLE:
        return P.NONE
    if is_planned:
        return P.READY
    return P.HELD if is_held else P.WAITING

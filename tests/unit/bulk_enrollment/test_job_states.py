"""Every change of a job's state, and of its plan, is legal or refused; nothing is left to chance."""

from itertools import product

import pytest

from app.bulk_enrollment.domain.job import (
    DRY_RUN,
    FINISHED,
    LEGAL,
    RUNNING,
    UNFINISHED,
    JobStatus,
    final_status,
    states_before,
)
from app.bulk_enrollment.domain.planning import CUT, NEXT, PLANNABLE, PlanState, plan_state

S = JobStatus

# Written down once more, from the specification and not from the code.
MOVES = """
draft       -> pending scheduled discarded
scheduled   -> pending cancelled
pending     -> validating cancelled failed
validating  -> queued cancelled failed
queued      -> processing paused cancelling
processing  -> paused cancelling completed completed_with_errors
paused      -> queued processing cancelling
cancelling  -> cancelled completed completed_with_errors
"""
SPECIFIED = {
    (S(before.strip()), S(after))
    for before, _, then in (line.partition("->") for line in MOVES.strip().splitlines())
    for after in then.split()
}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_each_change_of_state(before: S, after: S) -> None:
    assert (after in LEGAL[before]) == ((before, after) in SPECIFIED)
    assert (before.value in states_before(after)) == ((before, after) in SPECIFIED)


def test_states_by_what_they_mean() -> None:
    assert {S.COMPLETED, S.COMPLETED_WITH_ERRORS, S.CANCELLED, S.FAILED} == FINISHED
    assert {S.DRAFT, S.DISCARDED} == DRY_RUN
    assert set(S) - FINISHED - DRY_RUN == UNFINISHED
    assert {S.QUEUED, S.PROCESSING} == RUNNING


@pytest.mark.parametrize(
    ("failed", "cancelled", "status"),
    [
        (0, 0, S.COMPLETED),
        (1, 0, S.COMPLETED_WITH_ERRORS),
        (0, 1, S.CANCELLED),
        (1, 1, S.CANCELLED),
    ],
)
def test_how_a_job_ends(failed: int, cancelled: int, status: S) -> None:
    assert final_status(failed, cancelled) is status
    assert cancelled or final_status(failed) is status


def plan_by_the_book(status: S, planned: bool, held: bool, failed: bool) -> str:
    """What each combination of columns means, spelled out another way than in the code."""
    if status in (S.DRAFT, S.PENDING, S.VALIDATING):
        return "failed" if failed else "ready" if planned else "held" if held else "waiting"
    if status is S.SCHEDULED:
        return "failed" if failed else "none"
    if status in (S.FAILED, S.DISCARDED):
        return "failed" if failed else "none"
    if status is S.CANCELLED and not planned:
        return "failed" if failed else "none"
    return "used"


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize(("planned", "held", "failed"), list(product((False, True), repeat=3)))
def test_the_plan_of_a_job_in_every_state(status: S, planned: bool, held: bool, failed: bool) -> None:
    state = plan_state(status, is_planned=planned, is_held=held, has_failed=failed)
    assert state.value == plan_by_the_book(status, planned, held, failed)


def test_plans_are_made_before_batches_are_cut() -> None:
    assert {S.DRAFT, S.PENDING, S.VALIDATING} == PLANNABLE
    assert {S.QUEUED, S.PROCESSING, S.PAUSED, S.CANCELLING, S.COMPLETED, S.COMPLETED_WITH_ERRORS} == CUT
    assert not PLANNABLE & CUT


PLAN_MOVES = {
    "none": {"waiting", "held", "ready"},
    "waiting": {"held", "none"},
    "held": {"held", "waiting", "ready", "failed", "none"},
    "ready": {"used", "none"},
    "failed": {"none"},
    "used": set(),
}


@pytest.mark.parametrize(("before", "after"), list(product(PlanState, PlanState)))
def test_each_step_of_a_plan(before: PlanState, after: PlanState) -> None:
    assert (after in NEXT[before]) == (after.value in PLAN_MOVES[before.value])


def test_no_legal_change_of_a_job_makes_an_illegal_step_of_its_plan() -> None:
    """A job changes its state with everything else as it is."""
    for (before, after), planned, held in product(SPECIFIED, (False, True), (False, True)):
        failed = after is S.FAILED  # the sentence is written with the state
        if after is S.QUEUED and not planned:
            continue  # batches are cut from a plan
        if before in CUT and not planned:
            continue
        was = plan_state(before, is_planned=planned, is_held=held, has_failed=False)
        # A job that is canceled before its batches are cut loses its plan.
        stays_planned = planned and not (after is S.CANCELLED and before not in CUT)
        now = plan_state(after, is_planned=stays_planned, is_held=held, has_failed=failed)
        if failed and was is not PlanState.HELD:
            continue  # only who plans it finds that it cannot be planned
        assert now is was or now in NEXT[was], (before, after, was, now)

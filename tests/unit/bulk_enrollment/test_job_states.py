"""Every change of a job's state is legal or refused; nothing is left to chance."""

from itertools import product

import pytest

from app.bulk_enrollment.domain.job import (
    DRY_RUN,
    FINISHED,
    LEGAL,
    RUNNING,
    UNFINISHED,
    WITH_OPEN_BATCHES,
    JobStatus,
    final_status,
    states_before,
)
from app.bulk_enrollment.domain.planning import PLANNABLE

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


def test_plans_are_made_before_batches_are_cut() -> None:
    assert {S.DRAFT, S.PENDING, S.VALIDATING} == PLANNABLE
    assert not PLANNABLE & WITH_OPEN_BATCHES

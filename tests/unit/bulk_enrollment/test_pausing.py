"""Whose pause holds, who may end it, and the time that pauses take (B-27)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bulk_enrollment.domain.job import badge_of
from app.bulk_enrollment.domain.pausing import (
    PausedBy,
    decision_needed,
    may_resume,
    pause_that_holds,
    seconds_at_work,
    seconds_paused,
)

WORKFLOW, PERSON, BRAKE = PausedBy.WORKFLOW, PausedBy.PERSON, PausedBy.BRAKE
CANARY, APPROVAL = PausedBy.CANARY, PausedBy.APPROVAL
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("now", "by", "holds"),
    [
        (None, WORKFLOW, WORKFLOW),
        (None, PERSON, PERSON),
        (None, BRAKE, BRAKE),
        (WORKFLOW, WORKFLOW, WORKFLOW),
        (WORKFLOW, PERSON, PERSON),
        (WORKFLOW, BRAKE, BRAKE),
        (PERSON, WORKFLOW, PERSON),
        (PERSON, PERSON, PERSON),
        (PERSON, BRAKE, PERSON),
        (BRAKE, WORKFLOW, BRAKE),
        (BRAKE, PERSON, BRAKE),
        (BRAKE, BRAKE, BRAKE),
        (CANARY, PERSON, CANARY),
        (APPROVAL, PERSON, APPROVAL),
        (APPROVAL, WORKFLOW, APPROVAL),
    ],
)
def test_whose_pause_holds(now, by, holds) -> None:
    assert pause_that_holds(now, by) is holds


@pytest.mark.parametrize("paused_by", PausedBy)
def test_a_person_may_end_any_pause_but_that_of_an_approval_and_others_their_own(paused_by: PausedBy) -> None:
    assert may_resume(paused_by, PERSON) == (paused_by is not APPROVAL)
    for by in (WORKFLOW, BRAKE, CANARY, APPROVAL):
        assert may_resume(paused_by, by) == (paused_by is by)


def test_the_names_are_kept_in_rows() -> None:
    assert [one.value for one in PausedBy] == ["workflow", "person", "brake", "canary", "approval"]


@pytest.mark.parametrize(
    ("status", "paused_by", "not_before", "badge"),
    [
        ("paused", "person", None, "paused"),
        ("paused", "workflow", None, "paused"),
        ("paused", "approval", None, "waits_for_approval"),
        ("paused", "canary", None, "first_rows_done"),
        ("paused", "brake", None, "too_many_failures"),
        ("scheduled", None, None, "missed_start"),
        ("scheduled", None, datetime(2026, 3, 1, tzinfo=UTC), "scheduled"),
        ("processing", None, None, "processing"),
        ("processing", "brake", None, "processing"),
    ],
)
def test_what_a_job_waits_for_and_its_badge(status, paused_by, not_before, badge) -> None:
    decision = decision_needed(status, paused_by, not_before)
    assert decision == (None if badge == status else badge)
    assert badge_of(status, decision) == badge


@pytest.mark.parametrize(
    ("before", "started", "paused", "until", "seconds"),
    [
        (0, 0, None, 100, 0),  # never
        (30, 0, None, 100, 30),  # before
        (0, 0, 60, 100, 40),  # now
        (30, 0, 60, 100, 70),  # both
        (0, None, 60, 100, 0),  # before the first batch
        (0, 80, 60, 100, 20),  # the first batch began after the pause: it was claimed already
        (5, 0, 120, 100, 5),  # a clock that was set back
    ],
)
def test_how_long_a_job_was_paused(before, started, paused, until, seconds) -> None:
    begun = None if started is None else at(started)
    assert seconds_paused(before, begun, None if paused is None else at(paused), at(until)) == seconds


@pytest.mark.parametrize(("paused", "until", "seconds"), [(0, 100, 100), (40, 100, 60), (200, 100, 0)])
def test_the_time_that_is_left_for_work(paused, until, seconds) -> None:
    assert seconds_at_work(START, paused, at(until)) == seconds

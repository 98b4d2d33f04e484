"""When a job can be undone, and the sentences about it."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome, reason
from app.bulk_enrollment.domain.undoing import parts_to_undo, undo_headline, undo_question, why_not_undone

O, S = Outcome, JobStatus  # noqa: E741
END = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "status", "ended", "succeeded", "hours", "why"),
    [
        ("enroll", S.COMPLETED, END, 5, 24, ""),
        ("import", S.CANCELLED, END, 1, 0, ""),
        ("enroll", S.COMPLETED_WITH_ERRORS, END, 5, 24.001, "within 24 hours"),
        ("enroll", S.PROCESSING, None, 5, 1, "still running"),
        ("enroll", S.COMPLETED, END, 0, 1, "nothing to undo"),
        ("undo", S.COMPLETED, END, 5, 1, "can’t be undone"),
    ],
)
def test_when(kind, status, ended, succeeded, hours, why):
    found = why_not_undone(kind, status, ended, succeeded, END + timedelta(hours=hours))
    assert (why in found) if why else not found


def test_the_question():
    counts = {O.WITHDRAWN: 12_170, O.CONTACT_REMOVED: 310, O.MOVED_ON: 20}
    assert undo_question(counts, 12_500, "Win-back") == (
        "12,480 of 12,500 people can be removed from Win-back; 20 have moved on and are listed below."
    )
    assert undo_question({O.WITHDRAWN: 1, O.MOVED_ON: 1}, 2, "Win-back").endswith(
        "; 1 has moved on and is listed below."
    )
    assert undo_question({O.TAGS_REMOVED: 2}, 3, None) == "2 of 3 rows can be undone."


def test_what_an_undo_will_do():
    counts = {O.WITHDRAWN: 2, O.CONTACT_REMOVED: 1}
    assert parts_to_undo(counts, "Win-back") == [
        "3 people will be removed from Win-back", "1 new contact will be deleted",
    ]  # fmt: skip
    tags = parts_to_undo({O.TAGS_REMOVED: 1}, None)
    assert tags == ["the job’s tags will be removed from 1 person"]


def test_the_headline():
    counts = {O.WITHDRAWN: 2, O.CONTACT_REMOVED: 1}
    assert undo_headline(S.PROCESSING, {}, "Win-back", "a.csv") == "Undoing “a.csv”."
    assert undo_headline(S.COMPLETED, counts, "Win-back", "a.csv") == (
        "Undone: 3 people removed from Win-back and 1 new contact deleted."
    )
    canceled = undo_headline(S.CANCELLED, {O.CANCELLED: 4}, "Win-back", "a.csv")
    assert canceled == "Canceled. Nothing was changed."


@pytest.mark.parametrize("status", ["completed", "goal_reached", "failed", "withdrawn", "used", None])
def test_every_reason_to_leave_somebody_alone_is_a_sentence(status):
    assert reason(O.MOVED_ON, status).endswith(".")

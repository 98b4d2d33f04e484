"""A job in words: what came of it, who was left out, what goes on, what cancelling would do."""

from datetime import UTC, datetime

import pytest

from app.bulk_enrollment.domain.job import FINISHED, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.domain.telling import (
    Difference,
    Story,
    differences,
    happening,
    headline,
    left_out,
    needs_you,
    to_be_left_out,
)

AT = datetime(2026, 11, 23, 10, 42, 5, tzinfo=UTC)


def story(status="completed", workflow="Win-back", total=None, batches=50, done=0, **given):
    """A story of a job with these outcomes, given by their names."""
    counts = {Outcome[name]: rows for name, rows in given.items() if name in Outcome.__members__}
    more = {name: value for name, value in given.items() if name not in Outcome.__members__}
    kinds = totals_by_kind(counts)
    total = sum(counts.values()) if total is None else total
    progress = Progress(JobStatus(status), total, **kinds, batches=batches, batches_done=done)
    return Story(progress, counts, workflow, "guests.csv", **more)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (story(ENROLLED=1173), "All 1,173 people are in Win-back."),
        (story(ENROLLED=1), "1 person is in Win-back."),
        (story(ENROLLED=5, CONTACT_BLOCKED=2), "5 people are in Win-back."),
        (story(ALREADY_ENROLLED=7), "Nobody was added to Win-back."),
        (
            story("completed_with_errors", ENROLLED=9, VALIDATION_ERROR=41, TIMEOUT_ERROR=21),
            "9 people are in Win-back. 62 rows need you: 41 to mend and 21 to try again.",
        ),
        (
            story("completed_with_errors", ENROLLED=9, VALIDATION_ERROR=1),
            "9 people are in Win-back. 1 row needs mending.",
        ),
        (story("cancelled", CANCELLED=9), "Cancelled before anybody was added."),
        (story("cancelled", ENROLLED=3, CANCELLED=9), "Cancelled. 3 people are in Win-back."),
        (story("failed", total=9), "The file could not be read, so nobody was added."),
        (story("pending", total=9), "Adding the people of “guests.csv” to Win-back."),
        (story("paused", total=9), "Adding the people of “guests.csv” to Win-back is paused."),
        (story("cancelling", total=9, ENROLLED=2), "Stopping. 2 people are in Win-back."),
        (story("processing", None, total=9), "Adding the people of “guests.csv” to your contacts."),
        (
            story(workflow=None, CREATED=2, UPDATED=1, UNCHANGED=4),
            "2 people are new in your contacts, 1 was updated and 4 were known already.",
        ),
        (story(workflow=None, CONTACT_BLOCKED=2), "Nobody was added to your contacts."),
    ],
)
def test_the_headline(told, sentence):
    assert headline(told) == sentence


@pytest.mark.parametrize("status", list(JobStatus))
@pytest.mark.parametrize("workflow", ["Win-back", None])
def test_every_state_has_words(status, workflow):
    told = story(status, workflow, total=3)
    if status is not JobStatus.DRAFT:
        assert headline(told).endswith(".")
        assert bool(happening(told)) == (status not in FINISHED)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("rows", [1, 2])
def test_every_row_that_was_not_done_is_told_of_exactly_once(outcome, rows):
    counts = {outcome: rows}
    told = bool(needs_you(counts)) + bool(left_out(counts))
    assert told == (outcome.counts_as != "succeeded")


def test_who_was_left_out():
    assert left_out({Outcome.ENROLLED: 3}) == ""
    assert left_out({Outcome.CONTACT_BLOCKED: 1}) == "1 person cannot be written to and was left out."
    assert left_out({Outcome.CONTACT_NOT_FOUND: 1204}) == (
        "1,204 people are not among your contacts and were left out."
    )
    assert left_out(
        {Outcome.DUPLICATE_IN_SELECTION: 20, Outcome.ALREADY_ENROLLED: 1, Outcome.CONTACT_BLOCKED: 15}
    ) == (
        "36 rows were left out: 1 is in it already, 20 stand in the file twice and 15 cannot be written to."
    )


def test_what_needs_somebody():
    assert needs_you({Outcome.WORKFLOW_INACTIVE: 2}) == "2 rows can be tried again."
    assert needs_you({Outcome.WORKFLOW_NOT_FOUND: 2}) == "2 rows need you: 2 whose workflow is gone."


def test_what_goes_on():
    assert (
        happening(story("validating", total=9000, planned_rows=4000)) == "Checking the rows: 4,000 of 9,000."
    )
    assert happening(story("validating", total=9, is_planned=True)).startswith("All rows are checked")
    assert happening(story("processing", total=9, done=6)) == "Batch 7 of 50 is being done."
    assert happening(story("processing", total=9, done=6, retry=(3, 1, AT))) == (
        "Batch 7 of 50 is being done. Batch 3 did not work (once) and is tried again at 10:42:05."
    )
    assert "(2 times)" in happening(story("processing", total=9, retry=(3, 2, AT)))


def test_what_cancelling_would_do():
    assert to_be_left_out(story("processing", total=5000, ENROLLED=1800).progress) == (
        "3,200 of 5,000 rows are not done yet and will be left out; nobody who is in is taken out."
    )
    assert to_be_left_out(story("pending", total=9).progress) == (
        "Nothing has been done yet: all 9 rows will be left out."
    )


def test_differences_from_the_check():
    assert differences({}, {Outcome.ENROLLED: 3}) == []
    assert differences({"ENROLLED": 3}, {Outcome.ENROLLED: 3}) == []
    assert differences({"ENROLLED": 3}, {Outcome.ENROLLED: 2, Outcome.CONTACT_BLOCKED: 1}) == [
        Difference("Added to the workflow", 3, 2),
        Difference("Cannot be written to", 0, 1),
    ]


def test_an_import_cannot_know_beforehand_whom_it_will_change():
    assert differences({"UPDATED": 5}, {Outcome.UPDATED: 2, Outcome.UNCHANGED: 3}) == []
    assert differences({"UPDATED": 5}, {Outcome.UPDATED: 2}) == [Difference("Updated", 5, 2)]

"""A job in words: its results, who was skipped, what it is doing, what canceling would do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.bulk_enrollment.domain.dry_runs.differences import Difference, differences
from app.bulk_enrollment.domain.job import DRY_RUN, FINISHED, JobStatus, Progress
from app.bulk_enrollment.domain.job_texts import (
    TextFacts,
    cancel_warning,
    happening,
    headline,
    rows_to_fix,
    skipped,
)
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.domain.pausing import PausedBy

AT = datetime(2026, 11, 23, 10, 42, 5, tzinfo=UTC)


def job_facts(status="completed", workflow="Win-back", total=None, batches=50, done=0, **given):
    """Facts of a job with these outcomes, given by their names."""
    counts = {Outcome[name]: rows for name, rows in given.items() if name in Outcome.__members__}
    more = {name: value for name, value in given.items() if name not in Outcome.__members__}
    kinds = totals_by_kind(counts)
    total = sum(counts.values()) if total is None else total
    progress = Progress(JobStatus(status), total, **kinds, batches=batches, batches_done=done)
    return TextFacts(progress, counts, workflow, "guests.csv", **more)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (job_facts(ENROLLED=1173), "All 1,173 people were added to Win-back."),
        (job_facts(ENROLLED=1), "1 person was added to Win-back."),
        (job_facts(ENROLLED=5, CONTACT_BLOCKED=2), "5 people were added to Win-back."),
        (job_facts(ALREADY_ENROLLED=7), "Nobody was added to Win-back."),
        (
            job_facts("completed_with_errors", ENROLLED=9, VALIDATION_ERROR=41, TIMEOUT_ERROR=21),
            "9 people were added to Win-back. 62 rows failed: 41 need fixing and 21 can be retried.",
        ),
        (
            job_facts("completed_with_errors", ENROLLED=9, VALIDATION_ERROR=1),
            "9 people were added to Win-back. 1 row needs fixing.",
        ),
        (job_facts("cancelled", CANCELLED=9), "Canceled before anyone was added."),
        (job_facts("cancelled", CANCELLED=9, refused_by="Carol"), "Refused by Carol. Nobody was added."),
        (job_facts("cancelling", total=9, refused_by="Carol"), "Refused by Carol. Nobody was added."),
        (job_facts("cancelled", ENROLLED=3, CANCELLED=9), "Canceled. 3 people were added to Win-back."),
        (job_facts("failed", total=9), "The file couldn’t be read. Nobody was added."),
        (job_facts("pending", total=9), "Adding people from “guests.csv” to Win-back."),
        (job_facts("paused", total=9), "Adding people from “guests.csv” to Win-back is paused."),
        (job_facts("cancelling", total=9, ENROLLED=2), "Canceling. 2 people were added to Win-back."),
        (job_facts("processing", None, total=9), "Importing “guests.csv”."),
        (job_facts("queued", people="9 selected contacts"), "Adding 9 selected contacts to Win-back."),
        (job_facts("failed", people="x"), "The contacts couldn’t be read. Nobody was added."),
        (
            job_facts(workflow=None, CREATED=2, UPDATED=1, UNCHANGED=4),
            "2 new contacts added, 1 existing contact updated, and 4 existing contacts unchanged.",
        ),
        (job_facts(workflow=None, CONTACT_BLOCKED=2), "Nobody was added to your contacts."),
    ],
)
def test_the_headline(told, sentence):
    assert headline(told) == sentence


def test_people_added_now_and_people_enrolled_stand_side_by_side():
    told = job_facts(ENROLLED=79, ALREADY_ENROLLED=1, enrolled=2360)
    assert headline(told) == "79 people were added to Win-back. It now has 2,360 people enrolled."
    assert headline(job_facts(ENROLLED=79, enrolled=79)) == "All 79 people were added to Win-back."
    assert headline(job_facts(ALREADY_ENROLLED=7, enrolled=7)) == (
        "Nobody was added to Win-back. It now has 7 people enrolled."
    )


@pytest.mark.parametrize("status", list(JobStatus))
@pytest.mark.parametrize("workflow", ["Win-back", None])
def test_every_state_has_words(status, workflow):
    told = job_facts(status, workflow, total=3)
    if status not in DRY_RUN:
        assert headline(told).endswith(".")
        assert bool(happening(told)) == (status not in FINISHED)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("rows", [1, 2])
def test_every_row_that_was_not_done_is_told_of_exactly_once(outcome, rows):
    counts = {outcome: rows}
    told = bool(rows_to_fix(counts)) + bool(skipped(counts))
    assert told == (outcome.counts_as != "succeeded")


def test_who_was_skipped():
    assert skipped({Outcome.ENROLLED: 3}) == ""
    assert skipped({Outcome.CONTACT_BLOCKED: 1}) == "1 person can’t be contacted and was skipped."
    assert skipped({Outcome.CONTACT_NOT_FOUND: 1204}) == (
        "1,204 people aren’t in your contacts and were skipped."
    )
    assert skipped(
        {Outcome.DUPLICATE_IN_SELECTION: 20, Outcome.ALREADY_ENROLLED: 1, Outcome.CONTACT_BLOCKED: 15}
    ) == ("36 rows were skipped: 1 already in the workflow, 20 duplicates, and 15 who can’t be contacted.")


def test_what_needs_somebody():
    assert rows_to_fix({Outcome.WORKFLOW_INACTIVE: 2}) == "2 rows can be retried."
    assert rows_to_fix({Outcome.WORKFLOW_NOT_FOUND: 2}) == "2 rows failed: 2 had no workflow to go to."


def test_what_goes_on():
    assert (
        happening(job_facts("validating", total=9000, planned_rows=4000)) == "Checking rows: 4,000 of 9,000."
    )
    assert happening(job_facts("validating", total=9, is_planned=True)).startswith("All rows are checked")
    assert happening(job_facts("processing", total=9, done=6)) == "Processing batch 7 of 50."
    assert happening(job_facts("processing", total=9, done=6, retry=(3, 1, AT))) == (
        "Processing batch 7 of 50. Batch 3 failed once and will be retried at 10:42:05 AM."
    )
    assert "failed 2 times" in happening(job_facts("processing", total=9, retry=(3, 2, AT)))


def test_what_cancelling_would_do():
    assert cancel_warning(job_facts("processing", total=5000, ENROLLED=1800).progress) == (
        "3,200 of 5,000 rows haven’t been processed yet and will be skipped. People already added stay."
    )
    assert cancel_warning(job_facts("pending", total=9).progress) == (
        "Nothing has been processed yet. All 9 rows will be skipped."
    )


def test_differences_from_the_check():
    assert differences({}, {Outcome.ENROLLED: 3}) == []
    assert differences({"ENROLLED": 3}, {Outcome.ENROLLED: 3}) == []
    assert differences({"ENROLLED": 3}, {Outcome.ENROLLED: 2, Outcome.CONTACT_BLOCKED: 1}) == [
        Difference("Added to workflow", 3, 2),
        Difference("Can’t be contacted", 0, 1),
    ]


def test_an_import_cannot_know_beforehand_whom_it_will_change():
    assert differences({"UPDATED": 5}, {Outcome.UPDATED: 2, Outcome.UNCHANGED: 3}) == []
    assert differences({"UPDATED": 5}, {Outcome.UPDATED: 2}) == [Difference("Updated contacts", 5, 2)]


@pytest.mark.parametrize(
    ("paused_by", "workflow_is_paused", "sentence"),
    [
        (
            None,
            False,
            "Paused because the workflow is paused. The job resumes when the workflow is active again.",
        ),
        (
            PausedBy.WORKFLOW,
            True,
            "Paused because the workflow is paused. The job resumes when the workflow is active again.",
        ),
        (
            PausedBy.PERSON,
            True,
            "Someone paused this job, and the workflow is paused too. Resume both to continue.",
        ),
        (
            PausedBy.PERSON,
            False,
            "Someone paused this job. Rows that aren’t processed yet wait until it is resumed.",
        ),
        (
            PausedBy.BRAKE,
            False,
            "Muster paused this job because something went wrong. Resume it when that is fixed.",
        ),
    ],
)
def test_who_paused_it_and_what_to_do(paused_by, workflow_is_paused, sentence) -> None:
    told = job_facts("paused", total=9, paused_by=paused_by, workflow_is_paused=workflow_is_paused)
    assert happening(told) == sentence
    named = happening(replace(told, pauser="Ann"))
    assert named == sentence.replace("Someone", "Ann")


@pytest.mark.parametrize(
    ("status", "facts", "sentence"),
    [
        ("scheduled", {}, "Waiting for its scheduled time."),
        ("pending", {}, "Waiting for a background worker to read the file."),
        ("validating", {"planned_rows": 4}, "Checking rows: 4 of 9."),
        ("validating", {"is_planned": True}, "All rows are checked. Preparing batches."),
        ("queued", {}, "All rows are checked. Waiting for a background worker."),
        ("cancelling", {}, "Batches in progress will finish. The remaining rows are skipped."),
        ("cancelling", {"refused_by": "Carol"}, "All rows are being skipped."),
        ("processing", {"done": 3}, "Processing batch 4 of 50."),
        ("completed", {}, ""),
        ("failed", {}, ""),
    ],
)
def test_what_a_job_does_in_each_state(status: str, facts: dict, sentence: str) -> None:
    assert happening(job_facts(status, total=9, **facts)) == sentence


@pytest.mark.parametrize(
    ("total", "counts", "sentence"),
    [
        (1, {}, "Nothing has been processed yet. All 1 row will be skipped."),
        (9, {}, "Nothing has been processed yet. All 9 rows will be skipped."),
        (
            9,
            {"ENROLLED": 8},
            "1 of 9 rows hasn’t been processed yet and will be skipped. People already added stay.",
        ),
        (
            9,
            {"ENROLLED": 5, "CONTACT_BLOCKED": 2},
            "2 of 9 rows haven’t been processed yet and will be skipped. People already added stay.",
        ),
    ],
)
def test_what_canceling_would_do(total: int, counts: dict, sentence: str) -> None:
    assert cancel_warning(job_facts("processing", total=total, **counts).progress) == sentence


@pytest.mark.parametrize(
    ("counts", "enrolled", "sentence"),
    [
        ({"ENROLLED": 2}, 2, "All 2 people were added to Win-back."),
        ({"ENROLLED": 2}, 3, "All 2 people were added to Win-back. It now has 3 people enrolled."),
        ({"ENROLLED": 1, "CANCELLED": 1}, 1, "1 person was added to Win-back."),
        ({"CONTACT_BLOCKED": 2}, 1, "Nobody was added to Win-back. It now has 1 person enrolled."),
    ],
)
def test_how_many_the_workflow_has_now(counts: dict, enrolled: int, sentence: str) -> None:
    assert headline(job_facts(enrolled=enrolled, **counts)) == sentence


def test_rows_that_were_taken_care_of_no_longer_need_fixing():
    failed = {Outcome.VALIDATION_ERROR: 22}
    others = "other failed rows have been fixed, retried, or left out."
    assert rows_to_fix(failed, {Outcome.VALIDATION_ERROR: 7}) == f"7 rows need fixing. 15 {others}"
    assert rows_to_fix(failed, failed) == rows_to_fix(failed) == "22 rows need fixing."
    done = rows_to_fix(failed, {Outcome.VALIDATION_ERROR: 0})
    assert done == "22 failed rows have been fixed, retried, or left out."

"""A check before the start, in words (B-22)."""

import pytest

from app.bulk_enrollment.domain.forecast import headline, new_contacts, seconds_needed, words_of
from app.bulk_enrollment.domain.outcomes import Outcome


@pytest.mark.parametrize(
    ("counts", "workflow", "sentence"),
    [
        ({Outcome.ENROLLED: 1173}, "Win-back", "1,173 people will be added to Win-back."),
        ({Outcome.ENROLLED: 1}, "Win-back", "1 person will be added to Win-back."),
        ({Outcome.VALIDATION_ERROR: 3}, "Win-back", "Nobody will be added to Win-back."),
        ({Outcome.CREATED: 2}, None, "2 new contacts will be added."),
        ({Outcome.UPDATED: 1}, None, "1 existing contact will be checked for changes."),
        (
            {Outcome.CREATED: 2, Outcome.UPDATED: 1},
            None,
            "2 new contacts will be added, and 1 existing contact will be checked for changes.",
        ),
        ({Outcome.UNCHANGED: 5}, None, "Nothing will change."),
    ],
)
def test_one_sentence_says_what_a_start_would_do(counts, workflow, sentence):
    assert headline(counts, workflow) == sentence


UNDONE = {
    Outcome.WITHDRAWN,
    Outcome.CONTACT_REMOVED,
    Outcome.TAGS_REMOVED,
    Outcome.NOTHING_TO_UNDO,
    Outcome.MOVED_ON,
    Outcome.CONTACT_GONE,
}
"""Outcomes of undos, which have a page of their own."""


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in UNDONE])
def test_every_outcome_has_words_for_one_row_and_for_many(outcome):
    assert words_of(outcome, 1).startswith("1 ")
    assert words_of(outcome, 1200).startswith("1,200 ")


def test_time_is_told_by_the_pace_of_earlier_jobs():
    assert seconds_needed(10_000, 500.0) == 20
    assert seconds_needed(10_000, None) == 5
    assert seconds_needed(3, 5000.0) == 2


@pytest.mark.parametrize(
    ("outcome", "one", "many"),
    [
        ("ENROLLED", "person will be added to the workflow", "people will be added to the workflow"),
        ("CREATED", "new contact", "new contacts"),
        ("UPDATED", "existing contact, checked for changes", "existing contacts, checked for changes"),
        ("UNCHANGED", "existing contact won’t change", "existing contacts won’t change"),
        ("VALIDATION_ERROR", "row needs fixing", "rows need fixing"),
        ("DUPLICATE_IN_SELECTION", "row is a duplicate", "rows are duplicates"),
        ("CONTACT_NOT_FOUND", "person isn’t in your contacts", "people aren’t in your contacts"),
        (
            "CONTACT_BLOCKED",
            "person can’t be contacted (opted out, bounced, or blocked)",
            "people can’t be contacted (opted out, bounced, or blocked)",
        ),
        ("ALREADY_ENROLLED", "person is or was in the workflow", "people are or were in the workflow"),
        *(
            (name, "row can’t be processed", "rows can’t be processed")
            for name in (
                "WORKFLOW_INACTIVE",
                "WORKFLOW_NOT_FOUND",
                "ENROLLMENT_ERROR",
                "DATABASE_ERROR",
                "TIMEOUT_ERROR",
                "CANCELLED",
            )
        ),
    ],
)
def test_every_outcome_in_words(outcome: str, one: str, many: str) -> None:
    assert words_of(Outcome[outcome], 1) == f"1 {one}"
    assert words_of(Outcome[outcome], 1204) == f"1,204 {many}"


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "Nothing will change."),
        ({"CREATED": 1}, "1 new contact will be added."),
        ({"UPDATED": 2}, "2 existing contacts will be checked for changes."),
        (
            {"CREATED": 2, "UPDATED": 1},
            "2 new contacts will be added, and 1 existing contact will be checked for changes.",
        ),
    ],
)
def test_what_an_import_would_do(counts: dict, sentence: str) -> None:
    assert headline({Outcome[name]: rows for name, rows in counts.items()}, None) == sentence


@pytest.mark.parametrize(
    ("count", "withheld", "sentence"),
    [
        (0, 0, ""),
        (1, 0, "This creates 1 new contact."),
        (1200, 0, "This creates 1,200 new contacts."),
        (4, 1, "This creates 4 new contacts, including 1 who can’t be contacted."),
        (1, 1, "This creates 1 new contact who can’t be contacted."),
        (3, 3, "This creates 3 new contacts who can’t be contacted."),
    ],
)
def test_how_many_contacts_it_would_create(count: int, withheld: int, sentence: str) -> None:
    assert new_contacts(count, withheld) == sentence

"""The outcomes of a row: what each counts as, whether a retry helps, and the sentence that people read."""

import pytest

from app.bulk_enrollment.domain.outcomes import (
    DECIDED_BY_PLAN,
    FAILED,
    FIRST_PROBLEM,
    REFUSAL_LOST,
    RETRY_HELPS,
    Outcome,
    reason,
    remark,
    totals_by_kind,
)

O = Outcome  # noqa: E741

# code: its number in the ledger, what it counts as, whether a retry helps, its label, its sentence
BOOK = {
    "ENROLLED": (1, "succeeded", False, "Added to workflow", "Added to the workflow."),
    "CREATED": (2, "succeeded", False, "New contacts", "Added to your contacts."),
    "UPDATED": (3, "succeeded", False, "Updated contacts", "Contact updated."),
    "UNCHANGED": (4, "succeeded", False, "Unchanged contacts", "Existing contact, nothing to change."),
    "WITHDRAWN": (5, "succeeded", False, "Removed, contact kept", "Removed from the workflow."),
    "CONTACT_REMOVED": (
        6, "succeeded", False, "New contacts deleted", "The contact, which the job had created, was deleted.",
    ),
    "TAGS_REMOVED": (
        7, "succeeded", False, "Tags removed", "The tags that the job had added were removed.",
    ),
    "NOTHING_TO_UNDO": (
        8, "succeeded", False, "Nothing to undo",
        "The job enrolled or created nobody here. Overwritten fields stay as they are.",
    ),
    "VALIDATION_ERROR": (10, "failed", False, "Needs fixing", None),
    "DUPLICATE_IN_SELECTION": (11, "skipped", False, "Duplicates", None),
    "CONTACT_NOT_FOUND": (12, "skipped", False, "Not in contacts", "Not in your contacts."),
    "CONTACT_BLOCKED": (13, "skipped", False, "Can’t be contacted", "This contact is blocked."),
    "ALREADY_ENROLLED": (14, "skipped", False, "Already in workflow", "Already in this workflow."),
    "WORKFLOW_INACTIVE": (15, "failed", True, "Workflow archived", "The workflow has been archived."),
    "WORKFLOW_NOT_FOUND": (16, "failed", False, "Workflow deleted", "The workflow no longer exists."),
    "ENROLLMENT_ERROR": (
        17, "failed", True, "Couldn’t be added", "This row couldn’t be added. Try it again.",
    ),
    "DATABASE_ERROR": (
        18, "failed", True, "Database error",
        "The database didn’t respond after several tries. Try it again.",
    ),
    "TIMEOUT_ERROR": (19, "failed", True, "Timed out", "Processing timed out several times. Try it again."),
    "CANCELLED": (20, "skipped", True, "Canceled", "The job was canceled before this row was processed."),
    "MOVED_ON": (21, "skipped", False, "Moved on", "Isn’t in the workflow anymore."),
    "CONTACT_GONE": (
        22, "skipped", False, "Already deleted", "The contact was deleted before the undo.",
    ),
    "VALUE_MISSING": (23, "skipped", False, "Left out", None),
}  # fmt: skip


@pytest.mark.parametrize("outcome", Outcome)
def test_what_an_outcome_is(outcome: Outcome) -> None:
    number, counts_as, retry_helps, label, sentence = BOOK[outcome.name]
    assert outcome.value == number
    assert outcome.counts_as == counts_as
    assert outcome.retry_helps is retry_helps
    assert outcome.label == label
    if sentence is not None:
        assert reason(outcome, None) == sentence


def test_the_groups_agree_with_the_book() -> None:
    assert [one.name for one in Outcome] == list(BOOK)
    assert FIRST_PROBLEM == 10
    assert {one.name for one in FAILED} == {name for name, row in BOOK.items() if row[1] == "failed"}
    assert {one.name for one in RETRY_HELPS} == {name for name, row in BOOK.items() if row[2]}
    assert set(DECIDED_BY_PLAN) == {O.VALIDATION_ERROR, O.DUPLICATE_IN_SELECTION, O.VALUE_MISSING}
    assert reason(O.VALUE_MISSING, "contact.birthday") == "Left out: no birthday."


@pytest.mark.parametrize(
    ("outcome", "detail", "sentence"),
    [
        (O.VALIDATION_ERROR, "value_too_long", "A value is too long for its field."),
        (O.VALIDATION_ERROR, "no_id", "This isn’t a contact ID."),
        (O.VALIDATION_ERROR, "id_blank", "The row has no contact ID."),
        (O.VALIDATION_ERROR, "shared_phone", "Several contacts have this phone number."),
        (O.DUPLICATE_IN_SELECTION, "1204", "Duplicate of row 1,204 (kept)."),
        (O.DUPLICATE_IN_SELECTION, None, "Duplicate of row 0 (kept)."),
        (O.CONTACT_BLOCKED, "unsubscribed", "This person has unsubscribed."),
        (O.CONTACT_BLOCKED, "bounced", "Email to this address bounced."),
        (O.CONTACT_BLOCKED, "blocked", "This contact is blocked."),
        (O.CONTACT_BLOCKED, "anything", "This contact is blocked."),
        (O.CONTACT_BLOCKED, "file", "The file says this person has opted out."),
        (O.CONTACT_BLOCKED, "file:no: mail", "The file says this person has opted out. It says “no: mail”."),
        (
            O.CONTACT_BLOCKED,
            "unclear",
            "The file doesn’t clearly say this person may be contacted. The contact wasn’t changed.",
        ),
        (O.ALREADY_ENROLLED, "2026-11-23", "Was in this workflow until 2026-11-23."),
        (
            O.TIMEOUT_ERROR,
            REFUSAL_LOST,
            "Processing timed out several times. Try it again. "
            "If this row opts the person out, that hasn’t been saved.",
        ),
    ],
)
def test_the_sentence_tells_the_detail(outcome: Outcome, detail: str | None, sentence: str) -> None:
    assert reason(outcome, detail) == sentence


def test_what_is_wrong_with_an_address_is_explained() -> None:
    assert reason(O.VALIDATION_ERROR, None) == reason(O.VALIDATION_ERROR, "blank")
    assert reason(O.VALIDATION_ERROR, "no_at") != reason(O.VALIDATION_ERROR, "blank")


def test_remarks_stand_one_behind_the_other() -> None:
    assert remark(None) is None
    assert remark("left_out") == "A value couldn’t be read and was left out."
    assert remark("second_column left_out") == (
        "The address is from the second email column. A value couldn’t be read and was left out."
    )


def test_totals_add_up_by_kind() -> None:
    assert totals_by_kind({}) == {"succeeded": 0, "failed": 0, "skipped": 0}
    counts = {O.ENROLLED: 5, O.CREATED: 2, O.VALIDATION_ERROR: 3, O.TIMEOUT_ERROR: 1, O.CANCELLED: 7}
    assert totals_by_kind(counts) == {"succeeded": 7, "failed": 4, "skipped": 7}

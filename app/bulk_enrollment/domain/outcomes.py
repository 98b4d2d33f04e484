"""Outcomes of rows: codes, how they count, and their texts.

The numbers are stored in ledger rows and must never change. Outcomes below 10 are successes.
"""

from enum import IntEnum
from typing import Literal

from app.contacts.domain.criteria import field_label
from app.platform.addresses import explain

CountsAs = Literal["succeeded", "failed", "skipped"]


class Outcome(IntEnum):
    ENROLLED = 1
    CREATED = 2
    UPDATED = 3
    UNCHANGED = 4
    WITHDRAWN = 5
    CONTACT_REMOVED = 6
    TAGS_REMOVED = 7
    NOTHING_TO_UNDO = 8
    VALIDATION_ERROR = 10
    DUPLICATE_IN_SELECTION = 11
    CONTACT_NOT_FOUND = 12
    CONTACT_BLOCKED = 13
    ALREADY_ENROLLED = 14
    WORKFLOW_INACTIVE = 15
    WORKFLOW_NOT_FOUND = 16
    ENROLLMENT_ERROR = 17
    DATABASE_ERROR = 18
    TIMEOUT_ERROR = 19
    CANCELLED = 20
    MOVED_ON = 21
    CONTACT_GONE = 22
    VALUE_MISSING = 23

    @property
    def counts_as(self) -> CountsAs:
        if self < FIRST_PROBLEM:
            return "succeeded"
        return "failed" if self in FAILED else "skipped"

    @property
    def retry_helps(self) -> bool:
        return self in RETRY_HELPS

    @property
    def label(self) -> str:
        """Short text for badges and filters."""
        return _LABELS[self]


FIRST_PROBLEM = 10

# Detail of a failed row: what it says about consent, if anything, could not be saved either.
REFUSAL_LOST = "refusal_lost"

FAILED = frozenset(
    {
        Outcome.VALIDATION_ERROR,
        Outcome.WORKFLOW_INACTIVE,
        Outcome.WORKFLOW_NOT_FOUND,
        Outcome.ENROLLMENT_ERROR,
        Outcome.DATABASE_ERROR,
        Outcome.TIMEOUT_ERROR,
    }
)

RETRY_HELPS = frozenset(
    {
        Outcome.WORKFLOW_INACTIVE,
        Outcome.ENROLLMENT_ERROR,
        Outcome.DATABASE_ERROR,
        Outcome.TIMEOUT_ERROR,
        Outcome.CANCELLED,
    }
)

# Outcomes of undo jobs.
TAKEN_BACK = (Outcome.WITHDRAWN, Outcome.CONTACT_REMOVED, Outcome.TAGS_REMOVED)

# Rows with these can be fixed by hand and then run again.
FIXABLE = (Outcome.VALIDATION_ERROR, Outcome.CONTACT_NOT_FOUND)

# Decided by planning; later changes do not affect them.
DECIDED_BY_PLAN = (Outcome.VALIDATION_ERROR, Outcome.DUPLICATE_IN_SELECTION, Outcome.VALUE_MISSING)

_LABELS = {
    Outcome.ENROLLED: "Added to workflow",
    Outcome.CREATED: "New contacts",
    Outcome.UPDATED: "Updated contacts",
    Outcome.UNCHANGED: "Unchanged contacts",
    Outcome.WITHDRAWN: "Removed, contact kept",
    Outcome.CONTACT_REMOVED: "New contacts deleted",
    Outcome.TAGS_REMOVED: "Tags removed",
    Outcome.NOTHING_TO_UNDO: "Nothing to undo",
    Outcome.VALIDATION_ERROR: "Needs fixing",
    Outcome.DUPLICATE_IN_SELECTION: "Duplicates",
    Outcome.CONTACT_NOT_FOUND: "Not in contacts",
    Outcome.CONTACT_BLOCKED: "Can’t be contacted",
    Outcome.ALREADY_ENROLLED: "Already in workflow",
    Outcome.WORKFLOW_INACTIVE: "Workflow archived",
    Outcome.WORKFLOW_NOT_FOUND: "Workflow deleted",
    Outcome.ENROLLMENT_ERROR: "Couldn’t be added",
    Outcome.DATABASE_ERROR: "Database error",
    Outcome.TIMEOUT_ERROR: "Timed out",
    Outcome.CANCELLED: "Canceled",
    Outcome.MOVED_ON: "Moved on",
    Outcome.CONTACT_GONE: "Already deleted",
    Outcome.VALUE_MISSING: "Left out",
}

_REASONS = {
    Outcome.ENROLLED: "Added to the workflow.",
    Outcome.CREATED: "Added to your contacts.",
    Outcome.UPDATED: "Contact updated.",
    Outcome.UNCHANGED: "Existing contact, nothing to change.",
    Outcome.CONTACT_NOT_FOUND: "Not in your contacts.",
    Outcome.WORKFLOW_INACTIVE: "The workflow has been archived.",
    Outcome.WORKFLOW_NOT_FOUND: "The workflow no longer exists.",
    Outcome.ENROLLMENT_ERROR: "This row couldn’t be added. Try it again.",
    Outcome.DATABASE_ERROR: "The database didn’t respond after several tries. Try it again.",
    Outcome.TIMEOUT_ERROR: "Processing timed out several times. Try it again.",
    Outcome.CANCELLED: "The job was canceled before this row was processed.",
    Outcome.CONTACT_REMOVED: "The contact, which the job had created, was deleted.",
    Outcome.TAGS_REMOVED: "The tags that the job had added were removed.",
    Outcome.NOTHING_TO_UNDO: "The job enrolled or created nobody here. Overwritten fields stay as they are.",
    Outcome.CONTACT_GONE: "The contact was deleted before the undo.",
}

_BLOCKED = {
    "unsubscribed": "This person has unsubscribed.",
    "bounced": "Email to this address bounced.",
    "blocked": "This contact is blocked.",
    "file": "The file says this person has opted out.",
    "unclear": "The file doesn’t clearly say this person may be contacted. The contact wasn’t changed.",
}

# Why an undo leaves a row alone: the status of an enrollment that has ended, or `used`.
_MOVED_ON = {
    "completed": "Completed the workflow before the undo.",
    "goal_reached": "Reached the goal of the workflow before the undo.",
    "failed": "Stopped in the workflow because of an error before the undo.",
    "withdrawn": "Was removed from the workflow before the undo.",
    "used": "The contact has been used since it was created, so it stays.",
}

_FAULTS = {
    "value_too_long": "A value is too long for its field.",
    "no_id": "This isn’t a contact ID.",
    "id_blank": "The row has no contact ID.",
    "unknown_id": "This isn’t a contact ID.",
    "shared_phone": "Several contacts have this phone number.",
}

_NOTES = {
    "left_out": "A value couldn’t be read and was left out.",
    "second_column": "The address is from the second email column.",
}


def reason(outcome: Outcome, detail: str | None) -> str:
    """Describe the outcome of a row.

    `detail` is stored with the code: the slug of a problem, the first row of a duplicate, the status of a
    blocked contact or `file:` and quoted words, the day an enrollment ended, why an undo left something
    alone, a contact field that is empty, or REFUSAL_LOST.
    """
    if outcome is Outcome.VALIDATION_ERROR:
        slug = detail or "blank"
        return _FAULTS.get(slug) or explain(slug)
    if outcome is Outcome.DUPLICATE_IN_SELECTION:
        return f"Duplicate of row {int(detail or 0):,} (kept)."
    if outcome is Outcome.CONTACT_BLOCKED:
        slug, _, quoted = (detail or "").partition(":")
        sentence = _BLOCKED.get(slug, _BLOCKED["blocked"])
        return f"{sentence} It says “{quoted}”." if quoted else sentence
    if outcome is Outcome.VALUE_MISSING:
        return f"Left out: no {field_label(detail or '').lower()}."
    if outcome is Outcome.ALREADY_ENROLLED:
        return f"Was in this workflow until {detail}." if detail else "Already in this workflow."
    if outcome is Outcome.WITHDRAWN:
        stays = (
            " The contact has been used since the job created it, so it stays." if detail == "used" else ""
        )
        return f"Removed from the workflow.{stays}"
    if outcome is Outcome.MOVED_ON:
        return _MOVED_ON.get(detail or "", "Isn’t in the workflow anymore.")
    if detail == REFUSAL_LOST:
        return f"{_REASONS[outcome]} If this row opts the person out, that hasn’t been saved."
    return _REASONS[outcome]


def remark(note: str | None) -> str | None:
    """Describe the notes on a row; `note` holds slugs separated by spaces."""
    if note is None:
        return None
    return " ".join(_NOTES.get(slug) or explain(slug) for slug in note.split())


def totals_by_kind(outcomes: dict[Outcome, int]) -> dict[CountsAs, int]:
    """Return {succeeded, failed, skipped: rows} for {outcome: rows}."""
    kinds: dict[CountsAs, int] = {"succeeded": 0, "failed": 0, "skipped": 0}
    for outcome, rows in outcomes.items():
        kinds[outcome.counts_as] += rows
    return kinds

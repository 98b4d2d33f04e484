"""What can become of a row: one code each, what it counts as, and what a person reads.

The numbers are kept in a million ledger rows, so they never change. Problems begin at 10: below that
a row did what the job wanted of it.
"""

from enum import IntEnum
from typing import Literal

from app.platform.addresses import explain

CountsAs = Literal["succeeded", "failed", "skipped"]


class Outcome(IntEnum):
    ENROLLED = 1
    CREATED = 2
    UPDATED = 3
    UNCHANGED = 4
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
        """A few words for badges and filters."""
        return _LABELS[self]


FIRST_PROBLEM = 10

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

# Decided from the file alone, when it is planned; nothing that happens later changes them.
DECIDED_BY_FILE = (Outcome.VALIDATION_ERROR, Outcome.DUPLICATE_IN_SELECTION)

_LABELS = {
    Outcome.ENROLLED: "Added to the workflow",
    Outcome.CREATED: "New contact",
    Outcome.UPDATED: "Updated",
    Outcome.UNCHANGED: "Nothing to change",
    Outcome.VALIDATION_ERROR: "Needs mending",
    Outcome.DUPLICATE_IN_SELECTION: "Twice in the file",
    Outcome.CONTACT_NOT_FOUND: "Not a contact yet",
    Outcome.CONTACT_BLOCKED: "Cannot be written to",
    Outcome.ALREADY_ENROLLED: "Already in the workflow",
    Outcome.WORKFLOW_INACTIVE: "Workflow archived",
    Outcome.WORKFLOW_NOT_FOUND: "Workflow gone",
    Outcome.ENROLLMENT_ERROR: "Could not be added",
    Outcome.DATABASE_ERROR: "Database error",
    Outcome.TIMEOUT_ERROR: "Took too long",
    Outcome.CANCELLED: "Cancelled before its turn",
}

_REASONS = {
    Outcome.ENROLLED: "Added to the workflow.",
    Outcome.CREATED: "Added to your contacts.",
    Outcome.UPDATED: "The contact has been updated.",
    Outcome.UNCHANGED: "The contact is known, and nothing was to change.",
    Outcome.CONTACT_NOT_FOUND: "Nobody with this address is among your contacts.",
    Outcome.WORKFLOW_INACTIVE: "The workflow was archived meanwhile.",
    Outcome.WORKFLOW_NOT_FOUND: "The workflow no longer exists.",
    Outcome.ENROLLMENT_ERROR: "This row alone could not be added. Try it again.",
    Outcome.DATABASE_ERROR: "The database did not answer, several times in a row. Try it again.",
    Outcome.TIMEOUT_ERROR: "It took too long, several times in a row. Try it again.",
    Outcome.CANCELLED: "The job was cancelled before this row's turn.",
}

_BLOCKED = {
    "unsubscribed": "This person has unsubscribed.",
    "bounced": "Mail to this address came back.",
    "blocked": "This contact is blocked.",
    "file": "The file says that this person does not want mail.",
}

_FAULTS = {
    "too_long": "One of the values is longer than its field takes.",
    "unknown_id": "This is not the number of a contact.",
    "shared_phone": "Several of your contacts have this phone number.",
}


def reason(outcome: Outcome, detail: str | None) -> str:
    """What became of a row, as a sentence. `detail` is what the ledger kept beside the code: a fault's slug,
    the first row of a duplicate, the status of a blocked contact, the day an enrollment ended."""
    if outcome is Outcome.VALIDATION_ERROR:
        slug = detail or "blank"
        return _FAULTS.get(slug) or explain(slug)
    if outcome is Outcome.DUPLICATE_IN_SELECTION:
        return f"The same person as in row {int(detail or 0):,}, which counts."
    if outcome is Outcome.CONTACT_BLOCKED:
        return _BLOCKED.get(detail or "", _BLOCKED["blocked"])
    if outcome is Outcome.ALREADY_ENROLLED:
        return f"Was in this workflow before, until {detail}." if detail else "Is in this workflow already."
    return _REASONS[outcome]


def remark(note: str | None) -> str | None:
    """What a person should know of a row beside its outcome."""
    if note is None:
        return None
    return (
        "A phone number or date that could not be read was left out." if note == "left_out" else explain(note)
    )


def totals_by_kind(outcomes: dict[Outcome, int]) -> dict[CountsAs, int]:
    """{succeeded, failed, skipped: rows} of {outcome: rows}."""
    kinds: dict[CountsAs, int] = {"succeeded": 0, "failed": 0, "skipped": 0}
    for outcome, rows in outcomes.items():
        kinds[outcome.counts_as] += rows
    return kinds

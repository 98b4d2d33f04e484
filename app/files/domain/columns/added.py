"""Recognition of the two columns that our downloads add, when a corrected file is uploaded again.

Both names and cells must match, so that a user's own column called `outcome` is not affected.
"""

from collections.abc import Sequence
from typing import Final

ADDED_COLUMNS: Final = ("outcome", "reason")
OUTCOME_CODES: Final = frozenset(
    {
        "ENROLLED",
        "CREATED",
        "UPDATED",
        "UNCHANGED",
        "VALIDATION_ERROR",
        "DUPLICATE_IN_SELECTION",
        "CONTACT_NOT_FOUND",
        "CONTACT_BLOCKED",
        "ALREADY_ENROLLED",
        "WORKFLOW_INACTIVE",
        "WORKFLOW_NOT_FOUND",
        "ENROLLMENT_ERROR",
        "DATABASE_ERROR",
        "TIMEOUT_ERROR",
        "CANCELLED",
        "WITHDRAWN",
        "CONTACT_REMOVED",
        "TAGS_REMOVED",
        "NOTHING_TO_UNDO",
        "MOVED_ON",
        "CONTACT_GONE",
        "VALUE_MISSING",
    }
)


def added_outcomes(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the codes in the outcome column of a download; empty for any other file. Parameters as for
    `added_positions`."""
    if not added_positions(columns, rows):
        return frozenset()
    at = [name.strip().lower() for name in columns].index(ADDED_COLUMNS[0])
    return frozenset(row[at].strip() for row in rows if at < len(row) and row[at].strip())


def added_positions(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the positions of the added columns, or an empty tuple.

    `rows` are the first rows: the cells of the outcome column must be codes or empty, at least one of them a
    code.
    """
    names = [name.strip().lower() for name in columns]
    if any(names.count(name) != 1 for name in ADDED_COLUMNS):
        return ()
    outcome, reason = (names.index(name) for name in ADDED_COLUMNS)
    codes = [row[outcome].strip() for row in rows if outcome < len(row) and row[outcome].strip()]
    if not codes or not OUTCOME_CODES.issuperset(codes):
        return ()
    return tuple(sorted((outcome, reason)))

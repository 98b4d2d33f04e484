"""The two columns that our own downloads add to a file, known again when the corrected file comes back.

They are matched by name and by what their cells hold, so that a column of somebody's own that is called
`outcome` stays theirs.
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
    }
)


def added_positions(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Positions of the added columns, wherever they are now; empty when the file has none. `rows` are the
    first ones: a cell of the outcome column holds a code or, where somebody emptied it, nothing."""
    names = [name.strip().lower() for name in columns]
    if any(names.count(name) != 1 for name in ADDED_COLUMNS):
        return ()
    outcome, reason = (names.index(name) for name in ADDED_COLUMNS)
    codes = [row[outcome].strip() for row in rows if outcome < len(row) and row[outcome].strip()]
    if not codes or not OUTCOME_CODES.issuperset(codes):
        return ()
    return tuple(sorted((outcome, reason)))

"""Approval of large jobs by a second person."""

from enum import StrEnum
from typing import Any


class Approval(StrEnum):
    """`needed`: the job waits for the decision. `given` and `refused`: a second person decided."""

    NEEDED = "needed"
    GIVEN = "given"
    REFUSED = "refused"


def is_second_person(user_id: int | None, asked_by: int | None) -> bool:
    """Return whether a user may decide about a job that `asked_by` started: a person, and not the same.

    Work in the background and the terminal of an unknown user are not persons.
    """
    return user_id is not None and user_id != asked_by


def approval_of_more_rows(approval: str | None, approved: int, rows: int) -> dict[str, Any]:
    """Return the values of a job that now has `rows` rows: an approval of fewer, `approved`, ends."""
    if approval != Approval.GIVEN or rows <= approved:
        return {}
    return {"approval": Approval.NEEDED.value, "approval_by": None, "approval_at": None}

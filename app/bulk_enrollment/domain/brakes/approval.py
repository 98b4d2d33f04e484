"""Approval of large jobs by a second person."""

from enum import StrEnum


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

"""What became of a message that was taken."""

from typing import NamedTuple


class Taken(NamedTuple):
    """The answer to a message that was taken; `sender_id` is None if no mail server has it."""

    answer: str
    sender_id: int | None = None

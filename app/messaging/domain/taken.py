"""What became of a message that was taken."""

from typing import NamedTuple


class Taken(NamedTuple):
    """The answer to a message that was taken; `sender_id` is None if no mail server has it. `address` is
    where it went, if that is not the address of its content."""

    answer: str
    sender_id: int | None = None
    address: str | None = None

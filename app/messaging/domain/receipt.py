"""The receipt for a message that a mail server or provider was given."""

from typing import NamedTuple


class Receipt(NamedTuple):
    """`answer` is what was said. `sender_id` is whom an email was from, None if no mail server has it.
    `address` is where the message went, if that is not the address of its content."""

    answer: str
    sender_id: int | None = None
    address: str | None = None

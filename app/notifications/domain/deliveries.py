"""Delivery of an email or a webhook call: its states, and the result of an attempt."""

from dataclasses import dataclass
from enum import StrEnum

MAX_ANSWER_LENGTH = 300  # characters that are stored


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Attempt:
    """The result of an attempt. `answer` is what the receiver said, or what went wrong; `is_final` means that
    a retry would fail, too. `status_code` and `milliseconds` are those of a webhook."""

    is_delivered: bool
    answer: str
    is_final: bool = False
    status_code: int | None = None
    milliseconds: int | None = None


INTERRUPTED = Attempt(False, "The attempt was interrupted.", is_final=True)

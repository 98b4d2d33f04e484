"""The states of a message, and when one that failed is sent again."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """PLANNED until its turn comes; SENDING while a provider may have it; UNCERTAIN if nobody knows whether
    the provider took it. WITHDRAWN messages are not sent, because the contact has left or said no, SKIPPED
    ones because of the frequency cap, or because the contact has stopped the topic."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    SKIPPED = "skipped"
    UNCERTAIN = "uncertain"


SETTLED: Final = frozenset(State) - {State.PLANNED, State.SENDING, State.UNCERTAIN}
"""States in which the enrollment goes on."""

MOST_ATTEMPTS: Final = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


def wait_before(attempt: int) -> timedelta | None:
    """Return how long to wait after the attempt with this number (from 1) failed for now; None if there is no
    further one."""
    if attempt >= MOST_ATTEMPTS:
        return None
    return min(_FIRST_WAIT * (1 << (attempt - 1)), _LONGEST_WAIT)

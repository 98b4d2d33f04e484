"""What the answer to an attempt means: delivered, failed for good, or to be tried again, and when (E-09)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

MAX_ANSWER_LENGTH: Final = 500
MOST_ATTEMPTS: Final = 10
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
MOST_PATIENCE: Final = timedelta(hours=24)
"""The longest time that a server may ask to wait with Retry-After."""

FOR_NOW: Final = frozenset({408, 425, 429})
"""Statuses below 500 after which another attempt may succeed."""

REDIRECTED: Final = "Redirects aren’t followed. Enter the final address in the step."
INTERRUPTED: Final = "The attempts were interrupted."


class Result(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"
    """A retry would fail, too."""
    NOT_NOW = "not_now"
    UNREACHABLE = "unreachable"
    """There was no answer; that says something about the whole server."""


@dataclass(frozen=True)
class Attempt:
    """The result of an attempt. `answer` is what the server said, or what went wrong; `wait` is how long the
    server asks to wait."""

    result: Result
    answer: str
    status: int | None = None
    milliseconds: int | None = None
    wait: timedelta | None = None


def result_of(status: int) -> Result:
    """Return what the status of an answer means."""
    if 200 <= status < 300:
        return Result.DELIVERED
    return Result.NOT_NOW if status in FOR_NOW or status >= 500 else Result.REFUSED


def wait_before_next(attempt: int, asked: timedelta | None) -> timedelta | None:
    """Return how long to wait after the attempt with this number (from 1) failed, and the server asked to
    wait; None if there is no further attempt."""
    if attempt >= MOST_ATTEMPTS:
        return None
    usual = min(FIRST_WAIT * (1 << (attempt - 1)), LONGEST_WAIT)
    return max(usual, asked) if asked else usual


def asked_to_wait(header: str, at: datetime) -> timedelta | None:
    """Return the wait that a header Retry-After asks for, given in seconds or as a date; None if it is
    empty, invalid, or over."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        wait = timedelta(seconds=min(int(text[:12]), MOST_PATIENCE.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at
    return min(wait, MOST_PATIENCE) if wait > timedelta(0) else None

"""Servers that do not answer: they rest, so that deliveries to them take no time from those to others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

PATIENCE: Final = 3
"""So many attempts in a row without any answer, and a server rests."""
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
GONE_AFTER: Final = timedelta(hours=24)
MAX_HOST_LENGTH: Final = 260

GONE: Final = "The server hasn’t answered for 24 hours."


@dataclass(frozen=True)
class Health:
    """How a server behaves: attempts in a row without an answer, since when, and until when it rests or, as
    long as it may be called, when it was last called.

    Since when leaves out the time in which nothing was tried, although the server did not rest: while the
    account was suspended or the workflow paused.
    """

    failures: int
    failing_since: datetime | None
    rests_until: datetime | None

    def rests(self, at: datetime) -> bool:
        return self.rests_until is not None and self.rests_until > at

    def is_gone(self, at: datetime) -> bool:
        """Return whether deliveries are given up without an attempt."""
        return self.failing_since is not None and self.failing_since <= at - GONE_AFTER


HEALTHY: Final = Health(0, None, None)


def after_silence(health: Health, at: datetime) -> Health:
    """Return the health of a server after an attempt that it did not answer."""
    if health.rests(at):  # several attempts were under way
        return health
    failures = health.failures + 1
    rest = min(FIRST_REST * (1 << min(max(failures - PATIENCE, 0), 10)), LONGEST_REST)
    since = at
    if health.failing_since is not None:
        untried = at - (health.rests_until or health.failing_since)
        since = health.failing_since + untried
    return Health(failures, since, at + rest if failures >= PATIENCE else at)


def after_request_to_wait(wait: timedelta, at: datetime) -> Health:
    """Return the health of a server that answers, and asks to wait."""
    return Health(0, None, at + min(wait, LONGEST_REST))


def host_of(url: str) -> str:
    """Return the host and port of an address, by which servers are told apart; empty if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return f"{host}:{port}"[:MAX_HOST_LENGTH] if port else host[:MAX_HOST_LENGTH]

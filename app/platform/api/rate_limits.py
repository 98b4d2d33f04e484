"""The number of requests that an API token may send per minute, with `RateLimit` headers.

Each process counts in memory and adds its count to the one in Redis, which all processes share, before it has
let a 32nd of what is left through, or after a second. So few requests wait for Redis, and with several
processes the limit may be exceeded by a 32nd each. While Redis does not respond, each process counts alone.
The headers follow the IETF draft “RateLimit header fields for HTTP”.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from flask import Flask, current_app, g
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from app.platform import queue
from app.platform.errors import LimitReached
from app.platform.settings import current

WINDOW_SECONDS: Final = 60
SHARE: Final = 32
ADDED_WITHIN_SECONDS: Final = 1.0


class Quota(NamedTuple):
    """Requests allowed per window, requests left in it, and seconds until it ends."""

    limit: int
    left: int
    seconds: int


@dataclass
class _Requests:
    """Requests of a token in a window: all that this process knows of, and how many of them are not yet
    `added` to the count in Redis; when that was last done, by `time.monotonic()`."""

    known: int = 0
    waiting: int = 0
    added_at: float = 0.0


class RequestCounter:
    """Requests by token in the current window.

    `add(token_id, window, requests)` adds to the shared count and returns it, or None if that failed.
    """

    def __init__(self, add: Callable[[int, int, int], int | None]) -> None:
        self._add = add
        self._lock = threading.Lock()
        self._window = 0
        self._tokens: dict[int, _Requests] = {}

    def count(self, token_id: int, window: int, limit: int) -> int:
        """Count a request; return the number of requests in the window that are known of."""
        at = time.monotonic()
        with self._lock:
            if window != self._window:
                self._window = window
                self._tokens.clear()
            requests = self._tokens.setdefault(token_id, _Requests())
            requests.known += 1
            requests.waiting += 1
            left = limit - requests.known
            is_late = at - requests.added_at > ADDED_WITHIN_SECONDS
            if left < 0 or not (is_late or requests.waiting > left // SHARE):
                return requests.known
            added, requests.waiting, requests.added_at = requests.waiting, 0, at
        shared = self._add(token_id, window, added)
        with self._lock:
            if shared is None:
                requests.waiting += added
            else:
                requests.known = max(requests.known, shared + requests.waiting)
            return requests.known

    def clear(self) -> None:
        """Forget the counts of this process. Those in Redis stay."""
        with self._lock:
            self._tokens.clear()


def init(app: Flask) -> None:
    app.extensions["request_counter"] = RequestCounter(_add)
    app.after_request(_add_headers)


def count_request(token_id: int) -> None:
    """Count a request of a token. Raises LimitReached with `retry_after` if it has sent too many."""
    limit = current().api_requests_per_minute
    if not limit:
        return
    window, spent = divmod(time.time(), WINDOW_SECONDS)
    counter = cast(RequestCounter, current_app.extensions["request_counter"])
    requests = counter.count(token_id, int(window), limit)
    seconds = max(1, round(WINDOW_SECONDS - spent))
    g.quota = Quota(limit, max(0, limit - requests), seconds)
    if requests > limit:
        raise LimitReached(
            "RATE_LIMITED",
            f"This token has sent {limit:,} requests within a minute, which is the limit. "
            f"Wait {seconds} seconds.",
            retry_after=seconds,
            limit=limit,
        )


def _add(token_id: int, window: int, requests: int) -> int | None:
    """Add to the count in Redis; return the sum, or None if Redis does not respond."""
    key = f"muster:api-requests:{token_id}:{window}"
    try:
        with queue.responsive_connection() as redis:
            total = int(redis.incrby(key, requests))
            if total == requests:
                redis.expire(key, 2 * WINDOW_SECONDS)
            return total
    except RedisError:
        return None


def _add_headers(answer: Response) -> Response:
    quota: Quota | None = g.get("quota")
    if quota is not None:
        answer.headers["RateLimit-Policy"] = f'"token";q={quota.limit};w={WINDOW_SECONDS}'
        answer.headers["RateLimit"] = f'"token";r={quota.left};t={quota.seconds}'
    return answer

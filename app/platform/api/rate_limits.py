"""The number of requests that an API token may send per minute, with `RateLimit` headers.

Requests are counted in Redis for all processes; while it does not respond, each process counts in memory.
The headers follow the IETF draft “RateLimit header fields for HTTP”.
"""

import threading
import time
from collections import Counter
from typing import Final, NamedTuple, cast

from flask import Flask, current_app, g
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from app.platform import queue
from app.platform.errors import LimitReached
from app.platform.settings import current

WINDOW_SECONDS: Final = 60


class Quota(NamedTuple):
    """Requests allowed per window, requests left in it, and seconds until it ends."""

    limit: int
    left: int
    seconds: int


class RequestCounter:
    """Requests by token in the current window of this process, for when Redis does not respond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._requests: Counter[int] = Counter()

    def count(self, token_id: int, window: int) -> int:
        with self._lock:
            if window != self._window:
                self._window = window
                self._requests.clear()
            self._requests[token_id] += 1
            return self._requests[token_id]


def init(app: Flask) -> None:
    app.extensions["request_counter"] = RequestCounter()
    app.after_request(_add_headers)


def count_request(token_id: int) -> None:
    """Count a request of a token. Raises LimitReached with `retry_after` if it has sent too many."""
    limit = current().api_requests_per_minute
    if not limit:
        return
    window, spent = divmod(time.time(), WINDOW_SECONDS)
    requests = _count(token_id, int(window))
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


def _count(token_id: int, window: int) -> int:
    key = f"muster:api-requests:{token_id}:{window}"
    try:
        with queue.responsive_connection() as redis:
            requests = int(redis.incr(key))
            if requests == 1:
                redis.expire(key, 2 * WINDOW_SECONDS)
            return requests
    except RedisError:
        return cast(RequestCounter, current_app.extensions["request_counter"]).count(token_id, window)


def _add_headers(answer: Response) -> Response:
    quota: Quota | None = g.get("quota")
    if quota is not None:
        answer.headers["RateLimit-Policy"] = f'"token";q={quota.limit};w={WINDOW_SECONDS}'
        answer.headers["RateLimit"] = f'"token";r={quota.left};t={quota.seconds}'
    return answer

"""What the queue server says about itself, its tasks, and the processes of all machines, for `flask doctor`.

Functions raise Unavailable, whose text says why the server can’t be asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.platform.errors import Unavailable
from app.platform.queue import QUEUES, SIGN_KEPT_SECONDS, SIGNS, queue_named, responsive_connection


@dataclass(frozen=True)
class Sign:
    """The last sign of a process, `age` seconds ago. `version` is the newest migration that it knows."""

    kind: str
    version: str
    age: float


def signs() -> list[Sign]:
    """Return the signs of the last hour, of all machines. The queue server measures their age, so the clocks
    of machines don’t matter."""
    with _connected() as redis:
        keys = cast(list[bytes], list(redis.scan_iter(SIGNS, count=1000)))
        pipeline = redis.pipeline(transaction=False)
        for key in keys:
            pipeline.get(key)
            pipeline.pttl(key)
        found = pipeline.execute()
    pairs = zip(keys, found[::2], found[1::2], strict=True)
    return [
        Sign(key.decode().split(":")[2], version.decode(), SIGN_KEPT_SECONDS - left / 1000)
        for key, version, left in pairs
        if version is not None and left >= 0
    ]


def server_state() -> dict[str, Any]:
    """Return what the server says about itself (INFO)."""
    with _connected() as redis:
        return redis.info()


def server_time() -> float:
    """Return the time of the server, in seconds since 1970."""
    with _connected() as redis:
        seconds, microseconds = redis.time()
    return seconds + microseconds / 1_000_000


def waiting() -> dict[str, tuple[int, float]]:
    """Return {queue: (number of tasks, seconds that its first task has waited)}, without empty queues."""
    found = {}
    with _connected() as redis:
        at = redis.time()[0]
        for name in QUEUES:
            queue = queue_named(name)
            ids = queue.get_job_ids(0, 1)
            if not ids:
                continue
            first = queue.fetch_job(ids[0])
            since = first.enqueued_at.timestamp() if first and first.enqueued_at else at
            found[name] = (int(queue.count), max(0.0, at - since))
    return found


@contextmanager
def _connected() -> Iterator[Redis]:
    try:
        with responsive_connection() as redis:
            yield redis
    except RedisError as failure:
        raise Unavailable("UNAVAILABLE", _why_not(failure)) from failure


def _why_not(failure: RedisError) -> str:
    match failure:
        case AuthenticationError():
            return "The queue refused the user name or password."
        case RedisTimeoutError():
            return "The queue didn’t respond in time."
        case _:
            return f"The queue can’t be reached ({type(failure).__name__})."

"""What the queue server says about itself, its tasks, and the processes of all machines.

Functions raise Unavailable, whose text says why the server can’t be asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.platform.clock import now
from app.platform.errors import Unavailable
from app.platform.queue import QUEUES, SIGN_KEPT_SECONDS, SIGNS, queue_named, responsive_connection


@dataclass(frozen=True)
class Sign:
    """The last sign of a process, `age` seconds ago. `version` is the newest migration that it knows."""

    kind: str
    version: str
    age: float
    machine: str


class Waiting(NamedTuple):
    """How many tasks wait in a queue, and for how many seconds the first one has."""

    tasks: int
    seconds: float


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
        Sign(key.decode().split(":")[2], version.decode(), SIGN_KEPT_SECONDS - left / 1000, _machine_of(key))
        for key, version, left in pairs
        if version is not None and left >= 0
    ]


def _machine_of(key: bytes) -> str:
    return key.decode().split(":", 3)[3].rpartition(":")[0]


def server_state() -> dict[str, Any]:
    """Return what the server says about itself (INFO)."""
    with _connected() as redis:
        return redis.info()


def server_time() -> float:
    """Return the time of the server, in seconds since 1970."""
    with _connected() as redis:
        seconds, microseconds = redis.time()
    return seconds + microseconds / 1_000_000


def waiting() -> dict[str, Waiting]:
    """Return what waits in each queue."""
    with _connected() as redis, redis.pipeline(transaction=False) as commands:
        queues = [queue_named(name) for name in QUEUES]
        for queue in queues:
            commands.llen(queue.key)
            commands.lindex(queue.key, 0)
        found = commands.execute()
        for queue, first in zip(queues, found[1::2], strict=True):
            commands.hget(queue.job_class.key_for((first or b"").decode()), "enqueued_at")
        sent = cast(list[bytes | None], commands.execute())
    ages = [_seconds_since(at.decode()) if at else 0.0 for at in sent]
    return {name: Waiting(*both) for name, *both in zip(QUEUES, found[::2], ages, strict=True)}


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


def _seconds_since(at: str) -> float:
    return max(0.0, (now() - datetime.fromisoformat(at)).total_seconds())

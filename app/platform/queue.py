"""The queue: the only file that says "rq".

A task is a function registered by name; its arguments are ids. The queue is a hint: a message that
is lost or arrives twice does no harm, because every task begins with a conditional claim.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from app.platform import tenancy
from app.platform.logs import log

QUEUES = ("urgent", "steps", "bulk", "upkeep")  # by how soon
PATIENCE_SECONDS = 0.7
SILENCE_SECONDS = 3.0
HEARTBEAT_SECONDS = 1.0
HEARTBEAT_EXPIRES_SECONDS = 4
HEARTBEATS = "muster:worker:*"


@dataclass(frozen=True)
class Task:
    """A function that workers run: `queue` says how soon, `timeout` (seconds) when it is given up."""

    run: Callable[..., object]
    queue: str
    timeout: int


TASKS: dict[str, Task] = {}


def task(
    name: str, queue: str, timeout: int = 600
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a function as the task `room.verb_object`. Its first argument is the account's id."""

    def register(run: Callable[..., object]) -> Callable[..., object]:
        TASKS[name] = Task(run, queue, timeout)
        return run

    return register


def init(app: Flask, url: str) -> None:
    app.extensions["queue"] = Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=15,
    )
    app.extensions["queue_silence"] = _Silence()


def connection() -> Redis:
    """The app's connection pool to Redis or Valkey. Use it inside `answering`."""
    return cast(Redis, current_app.extensions["queue"])


@dataclass
class _Silence:
    """Until when (on the monotonic clock) the queue is not asked again, because it did not answer."""

    until: float = 0.0


@contextmanager
def answering() -> Iterator[Redis]:
    """The connection, for a few commands. Once one of them got no answer, the next ones fail at once for a
    while: a page asks several things, and all of it together must not take longer than a second."""
    silence = cast(_Silence, current_app.extensions["queue_silence"])
    if time.monotonic() < silence.until:
        raise RedisTimeoutError("the queue didn’t answer a moment ago")
    try:
        yield connection()
    except RedisTimeoutError:
        silence.until = time.monotonic() + SILENCE_SECONDS
        raise


def send(name: str, account_id: int, *ids: int | str) -> bool:
    """Hand a task to the workers. Returns False, and only logs, when the queue does not answer:
    the database knows what is to be done and the clock process sends it again."""
    registered = TASKS[name]
    try:
        with answering():
            _queue(registered.queue).enqueue_call(
                "app.platform.queue.perform",
                args=(name, account_id, *ids),
                timeout=registered.timeout,
                result_ttl=0,
                failure_ttl=3600,
                description=name,
            )
    except RedisError as failure:
        log.warning(
            "task_not_sent",
            extra={"task": name, "account": account_id, "ids": ids, "failure": type(failure).__name__},
        )
        return False
    return True


def perform(name: str, account_id: int, *ids: int | str) -> None:
    """What a worker calls: runs the registered task inside the worker's app context, for the account."""
    tenancy.act_for(account_id)
    TASKS[name].run(account_id, *ids)


def waiting(queue: str) -> int | None:
    """How many tasks lie in `queue`; None when it does not answer."""
    try:
        with answering():
            return int(_queue(queue).count)
    except RedisError:
        return None


def alive_workers() -> int:
    """How many workers sent a heartbeat in the last seconds; 0 when the queue is down."""
    return len(heartbeats() or {})


def heartbeats() -> dict[str, str] | None:
    """{worker: its last heartbeat}, None when the queue does not answer. A heartbeat is "number task"; the
    number grows every second."""
    try:
        with answering() as redis:
            names = cast(list[bytes], list(redis.scan_iter(HEARTBEATS, count=1000)))
            beats = cast(list[bytes | None], redis.mget(names)) if names else []
    except RedisError:
        return None
    return {name.decode(): beat.decode() for name, beat in zip(names, beats, strict=True) if beat is not None}


def takes_writes() -> bool:
    """Whether the queue answers, and is neither full nor read-only."""
    try:
        with answering() as redis:
            return bool(redis.set("muster:ready", 1, ex=60))
    except RedisError:
        return False


@dataclass
class _Work:
    """What this worker runs: one task at a time."""

    task: str | None = None
    is_to_stop: bool = False


_work = _Work()


@contextmanager
def at_task(task: str) -> Iterator[None]:
    """Name the task that this worker runs, for its heartbeat."""
    _work.task = task
    try:
        yield
    finally:
        _work.task = None


def holder() -> str | None:
    """The running task's name, as a claim records it; None outside of workers. A claim whose task is no
    longer in any heartbeat is free."""
    return _work.task


def ask_to_stop() -> None:
    """Let the task that is under way here stop at the next place where it can go on later."""
    _work.is_to_stop = True


def is_to_stop() -> bool:
    """Whether a long task should leave the rest to whoever comes next."""
    return _work.is_to_stop


def start_heartbeat(url: str) -> None:
    """Send a heartbeat every second from a thread, as long as the process lives."""
    key = HEARTBEATS.replace("*", f"{os.uname().nodename}:{os.getpid()}")
    redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    def beat() -> None:
        for number in count():
            with suppress(RedisError):
                redis.set(key, f"{number} {_work.task or ''}", ex=HEARTBEAT_EXPIRES_SECONDS)
            time.sleep(HEARTBEAT_SECONDS)

    threading.Thread(target=beat, name="beat", daemon=True).start()


def _queue(name: str) -> Queue:
    return Queue(name, connection=connection(), serializer=cast(Any, JSONSerializer))

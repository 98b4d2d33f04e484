"""Task queue, built on RQ: register, enqueue, and run tasks; worker heartbeats.

Tasks are functions registered by name; their arguments are ids. Delivery is not guaranteed and need not be:
the database knows what is to be done, and every task begins with a conditional claim, so lost or duplicate
messages do no harm.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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

from app.platform import suspended, tenancy, tracing
from app.platform.logs import log
from app.platform.queue_connections import connect
from app.platform.schema_version import newest_migration

QUEUES = ("urgent", "steps", "bulk", "upkeep")  # in order of priority
UPKEEP = "upkeep"  # also for suspended accounts
CHECK_SECONDS = 1.0
TIMEOUT_SECONDS = 0.7
BACKOFF_SECONDS = 3.0
HEARTBEAT_SECONDS = 1.0
HEARTBEAT_EXPIRES_SECONDS = 4
HEARTBEATS = "muster:worker:*"
SIGNS = "muster:process:*"
SIGN_KEPT_SECONDS = 3600  # see `queue_state`


@dataclass(frozen=True)
class Task:
    """A function that workers run. `timeout` is in seconds."""

    run: Callable[..., object]
    queue: str
    timeout: int
    waits_while_suspended: bool = True


TASKS: dict[str, Task] = {}


def task(
    name: str, queue: str, timeout: int = 600, waits_while_suspended: bool = True
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a function as a task named `room.verb_object`. Its first argument is the account id.

    `waits_while_suspended`: the task waits while its account is suspended, unless it is upkeep.
    """

    def register(run: Callable[..., object]) -> Callable[..., object]:
        TASKS[name] = Task(run, queue, timeout, waits_while_suspended and queue != UPKEEP)
        return run

    return register


def _must_wait(name: str, account_id: int) -> bool:
    return TASKS[name].waits_while_suspended and suspended.is_suspended(account_id)


def init(app: Flask, url: str) -> None:
    app.extensions["queue"] = connect(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=15,
    )
    app.extensions["queue_backoff"] = _Backoff()


def connection() -> Redis:
    """Return the app's Redis client without backoff. Prefer `responsive_connection`."""
    return cast(Redis, current_app.extensions["queue"])


@dataclass
class _Backoff:
    """The monotonic time until which no commands are sent, because the last one timed out."""

    until: float = 0.0


@contextmanager
def responsive_connection() -> Iterator[Redis]:
    """Yield the Redis client for a few commands.

    After a timeout, further commands fail immediately for BACKOFF_SECONDS, because a page sends several and
    must not wait for each timeout. Raises RedisError.
    """
    backoff = cast(_Backoff, current_app.extensions["queue_backoff"])
    if time.monotonic() < backoff.until:
        raise RedisTimeoutError("the queue didn’t respond a moment ago")
    try:
        yield connection()
    except RedisTimeoutError:
        backoff.until = time.monotonic() + BACKOFF_SECONDS
        raise


def send(name: str, account_id: int, *ids: int | str) -> bool:
    """Enqueue a task. If the queue does not respond, log it and return False, as for an account whose tasks
    wait.

    The clock process will enqueue the work again, because the database still lists it as open.
    """
    if TASKS[name].waits_while_suspended and suspended.seems_suspended(account_id):
        return False  # if it only seems active, `perform` asks again
    return _enqueue(name, account_id, ids)


def send_all(name: str, wanted: Iterable[tuple[int, ...]]) -> None:
    """Enqueue a task for each (account id, *ids), except of suspended accounts: one look finds them all."""
    tasks = list(wanted)
    waiting: set[int] = set()
    if tasks and TASKS[name].waits_while_suspended:
        waiting = suspended.suspended_among({account_id for account_id, *_ in tasks})
    for account_id, *ids in tasks:
        if account_id not in waiting:
            _enqueue(name, account_id, ids)


def _enqueue(name: str, account_id: int, ids: Sequence[int | str]) -> bool:
    registered = TASKS[name]
    try:
        with responsive_connection():
            queue_named(registered.queue).enqueue_call(
                "app.platform.queue.perform",
                args=(name, account_id, *ids),
                timeout=registered.timeout,
                result_ttl=0,
                failure_ttl=3600,
                description=name,
                meta=tracing.context(),
            )
    except RedisError as failure:
        log.warning(
            "task_not_sent",
            extra={"task": name, "account": account_id, "ids": ids, "failure": type(failure).__name__},
        )
        return False
    return True


def perform(name: str, account_id: int, *ids: int | str) -> None:
    """Run a registered task for an account, inside the worker's app context. Called by RQ."""
    tenancy.act_for(account_id)
    if _must_wait(name, account_id):
        log.info("task_of_suspended_account_left", extra={"task": name, "account": account_id})
        return
    _current.name, _current.account_id = name, account_id
    _current.check_at, _current.must_wait = time.monotonic() + CHECK_SECONDS, False
    try:
        TASKS[name].run(account_id, *ids)
    finally:
        _current.name, _current.must_wait = "", False


def length(queue: str) -> int | None:
    """Return the number of tasks in `queue`, or None if Redis does not respond."""
    try:
        with responsive_connection():
            return int(queue_named(queue).count)
    except RedisError:
        return None


def alive_workers() -> int:
    """Return the number of workers with a recent heartbeat; 0 if Redis does not respond."""
    return len(heartbeats() or {})


def heartbeats() -> dict[str, str] | None:
    """Return {worker: last heartbeat}, or None if Redis does not respond.

    A heartbeat is "number task"; the number grows every second, the task is empty if the worker is idle.
    """
    try:
        with responsive_connection() as redis:
            names = cast(list[bytes], list(redis.scan_iter(HEARTBEATS, count=1000)))
            values = cast(list[bytes | None], redis.mget(names)) if names else []
    except RedisError:
        return None
    return {
        name.decode(): beat.decode() for name, beat in zip(names, values, strict=True) if beat is not None
    }


def takes_writes() -> bool:
    """Return True if Redis responds and accepts writes: it is neither full nor read-only."""
    try:
        with responsive_connection() as redis:
            return bool(redis.set("muster:ready", 1, ex=60))
    except RedisError:
        return False


@dataclass
class _CurrentTask:
    """The task that this worker process runs, and whether it was asked to stop. `name` and `account_id` are
    what it does for whom, `check_at` (monotonic) is when to look whether that has to wait, `must_wait` what
    was found."""

    task: str | None = None
    should_stop: bool = False
    name: str = ""
    account_id: int = 0
    check_at: float = 0.0
    must_wait: bool = False


_current = _CurrentTask()


@contextmanager
def track_task(task: str) -> Iterator[None]:
    """Set the name of the running task, which the heartbeat and claims use."""
    _current.task = task
    try:
        yield
    finally:
        _current.task = None


def running_task() -> str | None:
    """Return the name of the running task, which claims record as holder; None outside of workers.

    A claim becomes free when no heartbeat names its task anymore.
    """
    return _current.task


def request_stop() -> None:
    """Ask the running task of this process to stop at the next point from which it can resume."""
    _current.should_stop = True


def should_stop() -> bool:
    """Return True if a long task should stop and leave the rest to another worker, or for later."""
    known = _current.should_stop or _current.must_wait
    if not known and _current.name and time.monotonic() >= _current.check_at:
        _current.check_at = time.monotonic() + CHECK_SECONDS
        known = _current.must_wait = _must_wait(_current.name, _current.account_id)
    return known


def start_heartbeat(url: str) -> None:
    """Send a heartbeat every HEARTBEAT_SECONDS from a daemon thread."""
    key = HEARTBEATS.replace("*", f"{os.uname().nodename}:{os.getpid()}")
    redis = connect(url, socket_timeout=2, socket_connect_timeout=2)

    def beat() -> None:
        for number in count():
            with suppress(RedisError):
                redis.set(key, f"{number} {_current.task or ''}", ex=HEARTBEAT_EXPIRES_SECONDS)
                _give_sign(redis, "worker")
            time.sleep(HEARTBEAT_SECONDS)

    threading.Thread(target=beat, name="beat", daemon=True).start()


def give_sign(kind: str) -> None:
    """Note that this process, a clock for example, is at work."""
    with suppress(RedisError), responsive_connection() as redis:
        _give_sign(redis, kind)


def _give_sign(redis: Redis, kind: str) -> None:
    key = SIGNS.replace("*", f"{kind}:{os.uname().nodename}:{os.getpid()}")
    redis.set(key, newest_migration(), ex=SIGN_KEPT_SECONDS)


def queue_named(name: str) -> Queue:
    return Queue(name, connection=connection(), serializer=cast(Any, JSONSerializer))

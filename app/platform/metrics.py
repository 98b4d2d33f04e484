"""Counts and durations for /metrics, which all processes add to.

Each process adds up in memory, and a thread saves the sums to Redis, so that they are those of all processes
and machines and outlive each of them. Labels are codes, of which there is a limited number; never ids or
values. See docs/decisions/0060-metrics.md.
"""

import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple, cast

from flask import Flask, current_app
from redis.exceptions import RedisError

from app.platform import queue

SAVE_SECONDS: Final = 2.0
LISTENERS_EXPIRE_SECONDS: Final = 15

REQUESTS: Final = "requests"
REQUEST_SECONDS: Final = "request_seconds"
ROWS: Final = "rows"
BATCH_SECONDS: Final = "batch_seconds"
MOVE_SECONDS: Final = "move_seconds"
MESSAGES: Final = "messages"
WEBHOOKS: Final = "webhooks"

_WORK = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BOUNDS: Final[Mapping[str, tuple[float, ...]]] = {
    REQUEST_SECONDS: (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    BATCH_SECONDS: _WORK,
    MOVE_SECONDS: _WORK,
}
"""Upper bounds of the buckets of each duration, in seconds."""

_SUMS, _LISTENERS = "muster:metrics", "muster:listeners"
_BETWEEN, _MICROSECONDS = "|", "us"


class Durations(NamedTuple):
    """How many took at most as long as each bound, and how long all took together."""

    up_to: dict[str, int]
    seconds: float


class Saved(NamedTuple):
    """What all processes have saved, as {name: {labels: …}}."""

    counts: dict[str, dict[tuple[str, ...], int]]
    durations: dict[str, dict[tuple[str, ...], Durations]]


class Sums:
    """What this process has not saved yet. `has_saver`: a thread saves it every SAVE_SECONDS."""

    def __init__(self, app: Flask, has_saver: bool) -> None:
        self._app = app
        self._has_saver = has_saver
        self._saver_of = 0  # id of the process in which the thread runs; a fork does not inherit it
        self._lock = threading.Lock()
        self._unsaved: Counter[str] = Counter()

    def add(self, changes: Mapping[str, int]) -> None:
        with self._lock:
            for field, more in changes.items():
                self._unsaved[field] += more
            if self._has_saver and self._saver_of != os.getpid():
                self._saver_of = os.getpid()
                threading.Thread(target=self._save_forever, name="metrics", daemon=True).start()

    def save(self) -> None:
        """Add the sums to those in Redis, or keep them until it responds again."""
        with self._lock:
            taken, self._unsaved = self._unsaved, Counter()
        if not taken:
            return
        try:
            with self._app.app_context(), queue.responsive_connection() as redis, redis.pipeline() as all_of:
                redis.ping()  # or a server that is stuck would add them once for each attempt, later
                for field, more in taken.items():
                    all_of.hincrby(_SUMS, field, more)
                all_of.execute()
        except RedisError:
            with self._lock:
                self._unsaved.update(taken)

    def forget(self) -> None:
        with self._lock:
            self._unsaved.clear()

    def _save_forever(self) -> None:
        while True:
            time.sleep(SAVE_SECONDS)
            self.save()


def init(app: Flask, process: str) -> None:
    app.extensions["metrics"] = Sums(app, process in ("web", "worker", "clock"))


def count(name: str, *labels: str, more: int = 1) -> None:
    """Add to a number."""
    _sums().add({_field(name, *labels): more})


def took(name: str, seconds: float, *labels: str) -> None:
    """Note how long something took. Its bounds are in BOUNDS."""
    _sums().add(_duration(name, seconds, *labels))


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request. `route` is the name of a view, never a path."""
    counted = {_field(REQUESTS, route, method, f"{status // 100}xx"): 1}
    _sums().add({**counted, **_duration(REQUEST_SECONDS, seconds, route)})


def saved() -> Saved | None:
    """Return what all processes have saved, and what this one has not; None if Redis does not respond."""
    _sums().save()
    try:
        with queue.responsive_connection() as redis:
            found = cast(dict[bytes, bytes], redis.hgetall(_SUMS))
    except RedisError:
        return None
    return _read({field.decode(): int(number) for field, number in found.items()})


def note_listeners(number: int) -> None:
    """Note how many event streams this machine holds. To be repeated within LISTENERS_EXPIRE_SECONDS."""
    with suppress(RedisError), queue.responsive_connection() as redis:
        redis.hset(_LISTENERS, os.uname().nodename, f"{number} {_now(redis)}")


def listeners() -> int | None:
    """Return how many event streams are open on all machines; None if Redis does not respond."""
    try:
        with queue.responsive_connection() as redis:
            at, noted = _now(redis), cast(dict[bytes, bytes], redis.hgetall(_LISTENERS))
    except RedisError:
        return None
    pairs = (value.split() for value in noted.values())
    return sum(int(number) for number, then in pairs if at - int(then) <= LISTENERS_EXPIRE_SECONDS)


def _sums() -> Sums:
    return cast(Sums, current_app.extensions["metrics"])


def _now(redis: Any) -> int:
    """Return the time in seconds on Redis's clock, which is the same for all machines."""
    return int(redis.time()[0])


def _field(*parts: str) -> str:
    return _BETWEEN.join(parts)


def _duration(name: str, seconds: float, *labels: str) -> dict[str, int]:
    bucket = _buckets(name)[bisect_left(BOUNDS[name], seconds)]
    return {
        _field(name, *labels, bucket): 1,
        _field(name, *labels, _MICROSECONDS): round(seconds * 1_000_000),
    }


def _read(sums: Mapping[str, int]) -> Saved:
    counts: dict[str, dict[tuple[str, ...], int]] = {}
    parts: dict[str, dict[tuple[str, ...], dict[str, int]]] = {}
    for field, number in sums.items():
        name, *labels = field.split(_BETWEEN)
        if name in BOUNDS:
            parts.setdefault(name, {}).setdefault(tuple(labels[:-1]), {})[labels[-1]] = number
        else:
            counts.setdefault(name, {})[tuple(labels)] = number
    durations = {
        name: {labels: _durations_of(name, found) for labels, found in of_name.items()}
        for name, of_name in parts.items()
    }
    return Saved(counts, durations)


def _durations_of(name: str, parts: Mapping[str, int]) -> Durations:
    up_to = dict(zip(_buckets(name), accumulate(parts.get(one, 0) for one in _buckets(name)), strict=True))
    return Durations(up_to, parts.get(_MICROSECONDS, 0) / 1_000_000)


@lru_cache
def _buckets(name: str) -> tuple[str, ...]:
    return (*map(str, BOUNDS[name]), "+Inf")

"""Current time and periodic tasks.

Rooms register periodic tasks with `every`; the clock process calls `tick` twice a second.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from app.platform.logs import log


def now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


@dataclass
class PeriodicTask:
    """A function that the clock process calls every `seconds`; `due` is on the monotonic clock."""

    seconds: float
    run: Callable[[], object]
    due: float = 0.0


PERIODIC_TASKS: dict[str, PeriodicTask] = {}


def every(seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without arguments as a periodic task, which runs in an app context."""

    def register(run: Callable[[], object]) -> Callable[[], object]:
        PERIODIC_TASKS[f"{run.__module__}.{run.__qualname__}"] = PeriodicTask(seconds, run)
        return run

    return register


def tick(within: Callable[[], AbstractContextManager[object]]) -> int:
    """Run all periodic tasks that are due, each in its own context, and return how many ran.

    A task that fails is logged and runs again when it is due next.
    """
    at = time.monotonic()
    called = 0
    for name, periodic in PERIODIC_TASKS.items():
        if periodic.due > at:
            continue
        periodic.due = at + periodic.seconds
        called += 1
        try:
            with within():
                periodic.run()
        except Exception:
            log.exception("periodic_task_failed", extra={"task": name})
    return called

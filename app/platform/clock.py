"""What time it is, and what is done again and again.

Rooms register periodic work with `every`; the clock process calls `tick` once a second.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from app.platform.logs import log


def now() -> datetime:
    """The present moment in UTC, aware."""
    return datetime.now(UTC)


@dataclass
class Duty:
    """A function called every `seconds`, by the clock process alone."""

    seconds: float
    run: Callable[[], object]
    due: float = 0.0


DUTIES: dict[str, Duty] = {}


def every(seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without arguments to be called every `seconds` inside an app context."""

    def register(run: Callable[[], object]) -> Callable[[], object]:
        DUTIES[f"{run.__module__}.{run.__qualname__}"] = Duty(seconds, run)
        return run

    return register


def tick(within: Callable[[], AbstractContextManager[object]]) -> int:
    """Call all duties that are due, each inside a context of its own; one that fails is logged, spoils no
    other's, and is called again at its next turn. Returns how many were called."""
    at = time.monotonic()
    called = 0
    for name, duty in DUTIES.items():
        if duty.due > at:
            continue
        duty.due = at + duty.seconds
        called += 1
        try:
            with within():
                duty.run()
        except Exception:
            log.exception("duty_failed", extra={"duty": name})
    return called

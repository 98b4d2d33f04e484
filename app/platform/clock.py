"""What time it is, and what is done again and again.

Rooms register periodic work with `every`; the clock process calls `tick` once a second.
"""

import time
from collections.abc import Callable
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


def tick(at: float | None = None) -> int:
    """Call all duties that are due; one that fails is logged and called again at its next turn.

    Returns how many were called.
    """
    at = time.monotonic() if at is None else at
    called = 0
    for name, duty in DUTIES.items():
        if duty.due > at:
            continue
        duty.due = at + duty.seconds
        called += 1
        try:
            duty.run()
        except Exception:
            log.exception("duty_failed", extra={"duty": name})
    return called

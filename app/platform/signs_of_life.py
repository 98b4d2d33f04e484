"""Which tasks are gone: their worker was killed, hangs, or has given them up without a word.

A worker shows what it is at every second. It is watched whether that sign changes, by a clock that nobody can
set; so neither a queue that was emptied nor a wrong time makes a living worker look dead for long, and one
that is taken for dead by mistake does no harm: what it writes is refused.
"""

import time
from collections.abc import Collection

from app.platform import queue

SILENT_SECONDS = 5.0


class Watch:
    """Looks at the workers' signs of life, about once a second."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}
        self._heard: dict[str, float] = {}

    def gone(self, tasks: Collection[str], at: float | None = None) -> set[str]:
        """Those of the tasks that no worker has been at for SILENT_SECONDS of watching. `at` in seconds of
        the monotonic clock."""
        at = time.monotonic() if at is None else at
        signs = queue.beats()
        if signs is None:  # nobody can be heard
            self._heard.clear()
            return set()
        changed = {sign.partition(" ")[2] for name, sign in signs.items() if self._signs.get(name) != sign}
        self._signs = signs
        self._heard = {task: at if task in changed else self._heard.get(task, at) for task in tasks}
        return {task for task, heard in self._heard.items() if at - heard >= SILENT_SECONDS}

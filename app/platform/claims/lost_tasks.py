"""Detect lost tasks, whose worker was killed, hangs, or dropped them.

A worker's heartbeat names its task and changes every second. Changes are timed with the monotonic clock, so a
flushed queue or a wrong system time does not make a live worker look dead for long. A worker that is wrongly
considered dead does no harm: its writes are rejected.
"""

import time
from collections.abc import Collection

from app.platform import queue

SILENT_SECONDS = 5.0


class TaskWatch:
    """Track the workers' heartbeats. Call `lost` about once a second."""

    def __init__(self) -> None:
        self._beats: dict[str, str] = {}
        self._heard: dict[str, float] = {}

    def lost(self, tasks: Collection[str], at: float | None = None) -> set[str]:
        """Return those of `tasks` that no heartbeat has named for SILENT_SECONDS.

        `at` is a time of the monotonic clock, in seconds. Returns none while the queue does not respond.
        """
        at = time.monotonic() if at is None else at
        beats = queue.heartbeats() if tasks else None
        if beats is None:  # nobody has a task, or the queue does not respond
            self._heard.clear()
            return set()
        changed = {beat.partition(" ")[2] for name, beat in beats.items() if self._beats.get(name) != beat}
        self._beats = beats
        self._heard = {task: at if task in changed else self._heard.get(task, at) for task in tasks}
        return {task for task, heard in self._heard.items() if at - heard >= SILENT_SECONDS}

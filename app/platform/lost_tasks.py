"""Which tasks are lost: their worker was killed, hangs, or dropped them.

A worker's heartbeat names its task and changes every second. Changes are timed with the monotonic clock, so
an emptied queue or a wrong system time does not make a live worker look dead for long. A worker that is
wrongly considered dead does no harm: its writes are refused.
"""

import time
from collections.abc import Collection

from app.platform import queue

SILENT_SECONDS = 5.0


class TaskWatch:
    """Follows the workers' heartbeats; call `lost` about once a second."""

    def __init__(self) -> None:
        self._beats: dict[str, str] = {}
        self._heard: dict[str, float] = {}

    def lost(self, tasks: Collection[str], at: float | None = None) -> set[str]:
        """The tasks that no heartbeat has named for SILENT_SECONDS. `at`: seconds of the monotonic clock."""
        at = time.monotonic() if at is None else at
        beats = queue.heartbeats()
        if beats is None:  # the queue does not answer
            self._heard.clear()
            return set()
        changed = {beat.partition(" ")[2] for name, beat in beats.items() if self._beats.get(name) != beat}
        self._beats = beats
        self._heard = {task: at if task in changed else self._heard.get(task, at) for task in tasks}
        return {task for task, heard in self._heard.items() if at - heard >= SILENT_SECONDS}

"""`worker.py` with additional tasks for tests, which record their progress in a folder.

They wait for no account to be reactivated, because the database of these tests has none.
"""

import os
import sys
import time
from pathlib import Path

import worker
from app.platform import queue

NOTES = Path(os.environ["DATA_DIR"]) / "notes"


@queue.task("tests.note", queue="steps", waits_while_suspended=False)
def _note(number: int) -> None:
    NOTES.mkdir(exist_ok=True)
    (NOTES / str(number)).touch()


@queue.task("tests.slow", queue="urgent", waits_while_suspended=False)
def _slow(number: int) -> None:
    NOTES.mkdir(exist_ok=True)
    (NOTES / f"{number}-begun").touch()
    time.sleep(2)
    (NOTES / f"{number}-ended").touch()


@queue.task("tests.broken", queue="urgent", waits_while_suspended=False)
def _broken(number: int) -> None:
    raise ValueError(f"number {number} is broken on purpose")


if __name__ == "__main__":
    sys.exit(worker.main([]))

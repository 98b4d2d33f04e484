"""Temporary folders beside what is made in them, so that finished files only have to be renamed.

Each is locked by its process. A folder that nobody holds was left by a process that was killed, and the next
command deletes it.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ops.backups.stopping import uninterrupted

PREFIX = ".muster-backup-"
UNTIL_LOCKED_SECONDS = 60  # a new folder is locked long before


def work_folders(until: ExitStack, *parents: Path) -> list[Path]:
    """Make a private folder in each of `parents`; `until` deletes them with all that is left in them."""
    for parent in parents:
        remove_leftovers(parent)
    with uninterrupted():
        return [until.enter_context(_work_folder(parent)) for parent in parents]


@contextmanager
def _work_folder(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError), _locked(folder):
            if folder.stat().st_mtime < time.time() - UNTIL_LOCKED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises BlockingIOError if another process holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)

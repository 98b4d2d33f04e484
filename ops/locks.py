"""Locks of a data directory: only one Muster runs in it, and leftovers of a killed run are found.

Every process holds run/NAME.lock for its lifetime (`child.py`), so a free lock means that there is no
process.
"""

import fcntl
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from ops.problems import Problem

KEEPER = "muster"
# The supervisor ends first, so that it restarts nothing; the queue last, because the others need it to end.
FIRST, LAST = "supervisor", "queue"
PATIENCE_SECONDS = {FIRST: 12.0}


def claim(folder: Path) -> int:
    """Take the lock of a running Muster; keep the returned handle open. Raises Problem if Muster is already
    running."""
    handle = os.open(folder / f"{KEEPER}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = holder_of(folder / f"{KEEPER}.lock")
        os.close(handle)
        raise Problem(
            f"Muster is already running in {folder.parent} (process {holder or 'unknown'}). "
            "Stop it first, or choose another DATA_DIR."
        ) from None
    os.write(handle, b"%-20d" % os.getpid())
    return handle


def end_leftovers(folder: Path, patience: float | None = None) -> list[str]:
    """End the processes of an earlier run that was killed, in order, and return their names. Each has
    `patience` seconds to exit by itself."""
    names = held(folder)
    for name in names:
        usual = PATIENCE_SECONDS.get(name, 15.0)
        _end(folder / f"{name}.lock", usual if patience is None else patience)
    return names


def held(folder: Path) -> list[str]:
    """Return the names of the running processes, in the order in which they should end."""
    found = [path.stem for path in folder.glob("*.lock") if path.stem != KEEPER and is_held(path)]
    return sorted(found, key=lambda name: (name != FIRST, name == LAST, name))


def is_held(path: Path) -> bool:
    """Return whether the process that locked `path` is alive."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def holder_of(path: Path) -> int | None:
    """Return the process id written into a lock."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _end(path: Path, patience: float) -> None:
    for kind, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        holder = holder_of(path)
        if holder and is_held(path):
            with suppress(ProcessLookupError):  # its children may still hold the lock; they end by themselves
                os.kill(holder, kind)
        if _is_free_within(path, seconds):
            return
    raise Problem(
        f"The process {holder_of(path)} ({path.stem}) from an earlier run doesn’t stop. "
        f"Stop it manually (kill -9 {holder_of(path)}) and start again."
    )


def _is_free_within(path: Path, seconds: float) -> bool:
    give_up = time.monotonic() + seconds
    while is_held(path):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True

"""The disk that holds DATA_DIR: how much of it is free, and what a failure to write means."""

import errno
import os
from pathlib import Path
from typing import Final

from app.platform.settings import Settings

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UNWRITABLE: Final = frozenset({errno.EROFS, errno.EIO})
# Bytes; with less, even small writes are about to fail. Between the two MIN_FREE_BYTES decides.
LEAST_TO_WORK: Final = 1024 * 1024
MOST_TO_WORK: Final = 16 * 1024 * 1024


def free_bytes(folder: Path) -> int:
    """What anybody but root may still write."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def has_room_for(settings: Settings, size: int) -> bool:
    """Whether `size` bytes more leave free what has to stay free."""
    return free_bytes(settings.data_dir) - size >= settings.min_free_bytes


def is_writable(settings: Settings) -> bool:
    """Whether the disk takes small writes: it is not read-only and not full."""
    try:
        found = os.statvfs(settings.data_dir)
    except OSError:
        return False
    is_read_only = bool(found.f_flag & os.ST_RDONLY)
    least = min(MOST_TO_WORK, max(LEAST_TO_WORK, settings.min_free_bytes))
    return not is_read_only and found.f_bavail * found.f_frsize >= least

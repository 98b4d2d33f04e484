"""Free space of the disks that hold DATA_DIR and uploads, and the error numbers of failed writes."""

import errno
import os
from pathlib import Path
from typing import Final

from app.platform.settings import Settings

FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UNWRITABLE_ERRNOS: Final = frozenset({errno.EROFS, errno.EIO})
# The disk counts as writable with at least MIN_FREE_BYTES free, clamped to this range (bytes).
MIN_WORKING_BYTES: Final = 1024 * 1024
MAX_WORKING_BYTES: Final = 16 * 1024 * 1024


def free_bytes(folder: Path) -> int:
    """Return the bytes that users other than root can still write."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def has_space_for(settings: Settings, size: int) -> bool:
    """Return True if MIN_FREE_BYTES stay free after writing `size` more bytes.

    Uploads may be in a folder on another disk; what is received is in DATA_DIR at first, in any case.
    """
    folders = [settings.data_dir]
    if settings.uploads_url and settings.uploads_dir.is_dir():
        folders.append(settings.uploads_dir)
    return all(free_bytes(folder) - size >= settings.min_free_bytes for folder in folders)


def is_writable(settings: Settings) -> bool:
    """Return True if the disk is neither read-only nor too full for small writes."""
    try:
        found = os.statvfs(settings.data_dir)
    except OSError:
        return False
    is_read_only = bool(found.f_flag & os.ST_RDONLY)
    least = min(MAX_WORKING_BYTES, max(MIN_WORKING_BYTES, settings.min_free_bytes))
    return not is_read_only and found.f_bavail * found.f_frsize >= least

"""Checks of `flask doctor`: disk space, and whether the files of uploads are there."""

import tempfile
from pathlib import Path
from typing import Final

from app.files.infrastructure import queries, storage
from app.platform import disk
from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.settings import current
from app.platform.text.formats import size
from app.platform.text.words import counted

MOST_LOOKED_AT: Final = 1_000
SCARCE: Final = 2
"""So many times MIN_FREE_BYTES."""


def register() -> None:
    add(Check("disk_space", "Disk space", disk_space))
    add(Check("uploads", "Uploaded files", uploads, reads_data=True))


def disk_space() -> Result:
    """Check the free space of the data, uploads, and temporary folders."""
    settings = current()
    if not disk.is_writable(settings):
        return problem(
            "The disk of DATA_DIR is full or read-only, so nothing works.",
            "Free space on it, or move DATA_DIR to a larger disk.",
        )
    folders = {"DATA_DIR": settings.data_dir, "uploads": settings.uploads_dir}
    found = [_space(name, path) for name, path in folders.items() if path.is_dir()]
    temporary = Path(tempfile.gettempdir())
    if disk.free_bytes(temporary) < settings.max_upload_bytes:
        found.append(
            warning(
                f"The temporary folder {temporary} has {size(disk.free_bytes(temporary))} free, less than a"
                " file that may be uploaded.",
                "Free space there, or set TMPDIR to a folder on a larger disk.",
            )
        )
    free = size(min(disk.free_bytes(path) for path in folders.values() if path.is_dir()))
    return worst(found, f"{free} free.")


def _space(name: str, path: Path) -> Result:
    free, least = disk.free_bytes(path), current().min_free_bytes
    if free < least:
        return problem(
            f"The disk of {name} has {size(free)} free, less than MIN_FREE_BYTES ({size(least)}), so uploads"
            " are rejected.",
            "Free space on it, or lower MIN_FREE_BYTES.",
        )
    if free < SCARCE * least:
        return warning(
            f"The disk of {name} has {size(free)} free; below {size(least)}, uploads are rejected.",
            "Free space on it soon.",
        )
    return ok("")


def uploads() -> Result:
    """Check that the files of the newest uploads are in the folder of uploads."""
    newest = queries.newest_of_all(MOST_LOOKED_AT)
    missing = sum(not storage.path_of(account_id, public_id).is_file() for account_id, public_id in newest)
    if missing:
        return problem(
            f"{counted(missing, 'file')} of the newest {counted(len(newest), 'upload')} not in"
            f" {current().uploads_dir}, so their jobs can’t be planned, fixed, or verified.",
            "Restore the folder from a backup; if machines share it, check that its disk is mounted.",
        )
    return ok(f"{counted(len(newest), 'upload')} looked at, none missing." if newest else "No uploads.")

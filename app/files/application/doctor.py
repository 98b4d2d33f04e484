"""Checks of `flask doctor`: disk space, the bucket, and whether the files of uploads are there."""

import os
import platform
import tempfile
from pathlib import Path
from typing import Final

from app.files.infrastructure import queries, storage
from app.platform import disk, queue_state
from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.errors import Unavailable
from app.platform.places import folder_of
from app.platform.settings import Settings, current
from app.platform.text.formats import size
from app.platform.text.words import counted

MOST_LOOKED_AT: Final = 1_000
MOST_IN_A_BUCKET: Final = 50  # each takes a request
BUCKET_SECONDS: Final = 25.0
RECENT_SECONDS: Final = 60.0
SCARCE: Final = 2
"""So many times MIN_FREE_BYTES."""
_RESTORE_FOLDER: Final = (
    "Restore the folder from a backup; if machines share it, check that its disk is mounted."
)
_RESTORE_BUCKET: Final = "Restore them from a backup of the bucket, or correct UPLOADS_URL."


def register() -> None:
    add(Check("disk_space", "Disk space", disk_space))
    add(Check("uploads_storage", "Storage of uploads", uploads_storage, seconds=BUCKET_SECONDS))
    add(Check("uploads", "Uploaded files", uploads, seconds=BUCKET_SECONDS, reads_data=True))


def disk_space() -> Result:
    """Check the free space of the data, uploads, and temporary folders."""
    settings = current()
    if not disk.is_writable(settings):
        return problem(
            "The disk of DATA_DIR is full or read-only, so nothing works.",
            "Free space on it, or move DATA_DIR to a larger disk.",
        )
    folders = {"DATA_DIR": settings.data_dir}
    if settings.uploads_bucket is None:
        folders["uploads"] = settings.uploads_dir
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


def uploads_storage() -> Result:
    """Check that files can be written, read, and deleted where uploads are stored."""
    settings = current()
    bucket, folder = settings.uploads_bucket, settings.uploads_dir
    if bucket is not None:
        if (failure := storage.check_bucket()) is None:
            return ok(f"A test file was stored in {bucket.shown}, read, and deleted.")
        return problem(
            f"The bucket {bucket.shown} can’t be used ({failure}), so files can’t be uploaded or read.",
            "Check UPLOADS_URL and its keys. They must be allowed to list the bucket, to read, write, and"
            " delete objects, and to list and abort multipart uploads.",
        )
    if settings.uploads_url and not os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return problem(
            f"The folder of uploads, {folder}, isn’t writable.",
            "Check that its disk is mounted, and its permissions; or correct UPLOADS_URL.",
        )
    if not settings.uploads_url and (others := _machines_with_other_folders(settings)):
        return warning(
            f"Muster also runs on {', '.join(others)} with another DATA_DIR, and UPLOADS_URL isn’t set, so"
            " files uploaded on one machine are missing on others.",
            "Set UPLOADS_URL to a bucket, or to a folder on a shared disk, on all machines.",
        )
    return ok(f"Uploads are in the folder {folder}.")


def _machines_with_other_folders(settings: Settings) -> list[str]:
    """Return the names of machines at work that have no folder in this DATA_DIR."""
    if settings.is_sqlite or settings.embedded_queue:
        return []
    try:
        signs = queue_state.signs()
    except Unavailable:
        return []
    known = {sign.machine for sign in signs if sign.age <= RECENT_SECONDS} - {platform.node()}
    return sorted(name for name in known if not folder_of(settings, name).is_dir())


def uploads() -> Result:
    """Check that the files of the newest uploads are where uploads are stored."""
    bucket = current().uploads_bucket
    newest = queries.newest_of_all(MOST_LOOKED_AT if bucket is None else MOST_IN_A_BUCKET)
    try:
        missing = sum(not storage.exists(account_id, public_id) for account_id, public_id in newest)
    except Unavailable:
        return warning("Not checked, because the bucket doesn’t respond.", "Solve its problem first.")
    if missing:
        place, advice = str(current().uploads_dir), _RESTORE_FOLDER
        if bucket is not None:
            place, advice = bucket.shown, _RESTORE_BUCKET
        return problem(
            f"{counted(missing, 'file')} of the newest {counted(len(newest), 'upload')} not in"
            f" {place}, so their jobs can’t be planned, fixed, or"
            " verified.",
            advice,
        )
    return ok(f"{counted(len(newest), 'upload')} looked at, none missing." if newest else "No uploads.")

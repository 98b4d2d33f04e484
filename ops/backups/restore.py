"""`flask restore`: put the data of an archive in place of an installation's, while Muster is stopped.

Everything is unpacked beside the data, verified, and migrated first. Only then, files are renamed: what was
there goes to a folder of its own, and nothing is deleted. The queue's data go there, too: their tasks belong
to the data before, and those of the restored data are sent again by the clock, as after the loss of a queue.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.platform import disk
from app.platform.clock import now
from app.platform.database import db
from app.platform.database.transactions import write_lock
from app.platform.places import run_folder
from app.platform.schema_version import MIGRATIONS, newest_migration
from app.platform.settings import Settings
from app.platform.text import formats
from app.platform.text.words import counted
from ops import locks
from ops.backups import archive, database_copy
from ops.backups.make import LOCK_WAIT_SECONDS, refuse_postgresql, sync_folder
from ops.backups.secret_key import check_other_keys, fingerprint, is_generated, key_file
from ops.backups.stopping import uninterrupted
from ops.backups.work_folders import work_folders
from ops.prepare import prepare_database
from ops.problems import Problem


@dataclass
class Restored:
    """What was restored. `aside` are the folders of the data before."""

    about: dict[str, Any]
    uploads: int
    aside: list[Path]

    def sentences(self) -> list[str]:
        """Return what to tell the user."""
        said = [
            f"Restored the backup of {_moment(self.about['created_at']):%Y-%m-%d %H:%M} UTC: "
            f"the database and {counted(self.uploads, 'upload')}."
        ]
        if place := self.about.get("uploads_in"):
            said.append(
                f"Uploads were in {str(place)[:200]}, and not in the backup. UPLOADS_URL must lead to them."
            )
        if self.about["schema"] != newest_migration():
            said.append(f"Updated the database from {self.about['schema']} to {newest_migration()}.")
        if self.aside:
            places = " and ".join(map(str, self.aside))
            said.append(f"Previous files are in {places}. Delete them when you no longer need them.")
        said.append(
            "When Muster starts, it continues from that time: messages sent since then can be sent again, "
            "and opt-outs received since then are missing."
        )
        return said


def restore(settings: Settings, file: Path, replaces: bool) -> Restored:
    """Replace the installation's data with that of an archive. Has changed nothing if it raises Problem."""
    refuse_postgresql(settings)
    engine = db.engine
    database = Path(str(engine.url.database)).absolute()
    _refuse_other_disk(settings)
    with _stopped(settings):
        _refuse_data(settings, database, replaces)
        for folder in (settings.data_dir, database.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as folders:
            work, beside = work_folders(folders, settings.data_dir, database.parent)
            copied = beside / archive.DATABASE
            about, uploads = _unpack(settings, file, work, copied)
            _check_database(about, work, copied)
            if about["schema"] != newest_migration():
                prepare_database(replace(settings, database_url=f"sqlite:///{copied}"))
                database_copy.settle(copied)
            engine.dispose()
            with write_lock(engine, LOCK_WAIT_SECONDS), uninterrupted():
                aside = _exchange(_exchanges(settings, database, work, copied))
    return Restored(about, uploads, aside)


@contextmanager
def _stopped(settings: Settings) -> Iterator[None]:
    """Keep Muster from starting. Raises Problem if it runs."""
    folder = run_folder(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = locks.claim(folder)
    try:
        if names := locks.held(folder):
            raise Problem(
                f"Processes of an earlier run are still there ({', '.join(names)}). "
                "Start Muster and stop it with Ctrl-C, then try again."
            )
        yield
    finally:
        os.close(lock)


def _refuse_other_disk(settings: Settings) -> None:
    """Raise Problem if the uploads, which are renamed into their place, belong on another disk."""
    if not settings.uploads_url or settings.uploads_bucket is not None:
        return
    folder = settings.uploads_dir
    if folder.exists() and folder.stat().st_dev != settings.data_dir.stat().st_dev:
        raise Problem(
            "UPLOADS_URL is a folder on another disk than DATA_DIR. Unset it to restore the uploads into "
            "DATA_DIR/uploads. Then copy them to that folder, and set it again."
        )


def _refuse_data(settings: Settings, database: Path, replaces: bool) -> None:
    has_uploads = settings.uploads_bucket is None and any(settings.uploads_dir.glob("*/*"))
    if (database.exists() or has_uploads) and not replaces:
        raise Problem(
            f"There already is data in {settings.data_dir}. With --replace, it’s moved to another folder "
            "there, and the backup takes its place."
        )


def _unpack(settings: Settings, file: Path, work: Path, copied: Path) -> tuple[dict[str, Any], int]:
    """Unpack and verify the members; return what the archive says of itself, and the number of uploads."""
    about: dict[str, Any] = {}
    told: archive.Manifest = {}
    found: archive.Manifest = {}
    with file.open("rb") as packed:
        for name, size, pieces in archive.members(packed):
            if name == archive.MANIFEST:
                told = archive.manifest_of(pieces)
                continue
            if name == archive.ABOUT:
                content = b"".join(pieces)
                about = _checked(settings, archive.about_of(iter([content])))
                found[name] = {"size": size, "sha256": hashlib.sha256(content).hexdigest()}
                continue
            if not disk.has_space_for(settings, size):
                raise Problem(f"There isn’t enough free disk space for {name} ({formats.size(size)}).")
            place = copied if name == archive.DATABASE else work / name
            found[name] = {"size": size, "sha256": _place(pieces, place)}
    if not told or told != found or archive.DATABASE not in found:
        raise Problem("The archive is damaged or incomplete: its contents don’t match its manifest.")
    _check_key(about, work / archive.KEY)
    return about, sum(name.endswith(".gz") for name in found)


def _place(pieces: Iterator[bytes], place: Path) -> str:
    """Write a new private file; return its SHA-256."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for piece in pieces:
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _checked(settings: Settings, about: dict[str, Any]) -> dict[str, Any]:
    """Check what the archive says of itself before anything else is unpacked."""
    key, schema, missing = about.get("secret_key"), about.get("schema"), about.get("missing_uploads")
    if not isinstance(key, dict) or not isinstance(schema, str) or not isinstance(missing, list):
        raise Problem("The archive’s description of itself can’t be read.")
    try:
        _moment(about.get("created_at"))
    except ValueError:
        raise Problem("The archive’s description of itself can’t be read.") from None
    if schema not in _known_schemas():
        is_newer = re.match(r"\d{4}_", schema) and schema[:4] > newest_migration()[:4]
        made_by = "by a newer version of Muster" if is_newer else "by another program"
        raise Problem(f"The backup was made {made_by} (database version {schema[:60]!r}).")
    if settings.uploads_bucket is not None and about.get("uploads"):
        raise Problem(
            "This backup contains uploads, and UPLOADS_URL is a bucket. Unset it to restore them into "
            "DATA_DIR/uploads. Then copy the files in that folder to the bucket, and set it again."
        )
    is_own = key.get("fingerprint") == fingerprint(settings.secret_key)
    if key.get("included") is not True and not is_own:
        raise Problem(
            "The backup doesn’t contain its secret key. "
            "Set SECRET_KEY to that of the installation it was made of."
        )
    if not is_generated(settings) and not is_own:
        raise Problem(
            "SECRET_KEY isn’t the key of this backup, so saved passwords couldn’t be read. "
            "Set it to the right one, or unset it to use the key in the backup."
        )
    check_other_keys(settings, about)
    return about


def _check_key(about: dict[str, Any], file: Path) -> None:
    told = about["secret_key"]
    is_there = file.exists()
    if is_there != (told.get("included") is True):
        raise Problem("The archive is damaged or incomplete: its secret key is missing.")
    if is_there and fingerprint(file.read_text(errors="replace").strip()) != told.get("fingerprint"):
        raise Problem("The archive is damaged: its secret key isn’t the one that it describes.")


def _check_database(about: dict[str, Any], work: Path, copied: Path) -> None:
    missing = set(map(str, about["missing_uploads"]))
    with database_copy.opened(copied) as connection:
        database_copy.check(connection)
        if database_copy.schema_of(connection) != about["schema"]:
            raise Problem("The archive is damaged: its database has another version than it describes.")
        if about.get("uploads_in"):
            return
        for account_id, public_id in database_copy.uploads_of(connection):
            file = work / "uploads" / str(account_id) / f"{public_id}.gz"
            if not file.exists() and public_id not in missing:
                raise Problem(f"The archive is incomplete: the upload {str(public_id)[:60]!r} is missing.")


def _moment(text: Any) -> datetime:
    """Raises ValueError."""
    return datetime.fromisoformat(str(text)).astimezone(UTC)


def _known_schemas() -> set[str]:
    return {path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def _exchanges(
    settings: Settings, database: Path, work: Path, copied: Path
) -> list[tuple[Path | None, Path]]:
    """Return (new file or folder, its place) in the order in which they are put there. The database is last,
    so that a restoration that was cut off is not taken for a complete one."""
    key = work / archive.KEY
    uploads = work / "uploads"
    uploads.mkdir(mode=0o700, exist_ok=True)
    journals = [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm")]
    queue = settings.data_dir / "queue"
    pairs: list[tuple[Path | None, Path]] = [(None, queue)]
    if settings.uploads_bucket is None:
        pairs.insert(0, (uploads, settings.uploads_dir))
    if key.exists():
        pairs.append((key, key_file(settings)))
    return [*pairs, *((None, journal) for journal in journals), (copied, database)]


def _exchange(pairs: list[tuple[Path | None, Path]]) -> list[Path]:
    """Move away what is in the places, and then the new ones there. Returns the folders with what was there.
    Puts everything back if that fails."""
    name = f"replaced-{now():%Y%m%dT%H%M%SZ}"
    there = [place for _, place in pairs if place.exists()]
    moves = [(place, place.parent / name / place.name) for place in reversed(there)]
    moves += [(new, place) for new, place in pairs if new is not None]
    folders = sorted({target.parent for _, target in moves[: len(there)]})
    done: list[tuple[Path, Path]] = []
    try:
        for folder in folders:
            folder.mkdir(mode=0o700)
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
        raise
    for folder in {target.parent for _, target in moves}:
        sync_folder(folder)
    return folders

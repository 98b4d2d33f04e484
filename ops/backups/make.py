"""`flask backup`: one consistent archive of a Muster that may be running.

The write lock is held only while the database's state is fixed and the stored files that it refers to are
linked. A file is stored before its row is inserted, and removed after its row is deleted, so that under the
lock every row has its file. The links keep the files until they are in the archive. Everything else is done
without the lock.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.files.application import link_into
from app.platform.clock import now
from app.platform.database import db
from app.platform.database.transactions import write_lock
from app.platform.settings import Settings
from app.platform.text import formats
from app.platform.text.words import counted, joined
from ops.backups import archive, database_copy
from ops.backups.secret_key import fingerprint, is_generated, kept_apart, key_file, needed_keys
from ops.backups.work_folders import work_folders
from ops.problems import Problem

LOCK_WAIT_SECONDS = 30.0


@dataclass
class Backup:
    """What was saved: the file, how many uploads, and whether it contains the secret key. `missing` names the
    uploads whose files were gone before, `elsewhere` the bucket that has the uploads instead. Without the
    `encryption_keys`, it can't be read."""

    file: Path
    size: int = 0
    uploads: int = 0
    has_key: bool = False
    missing: list[str] = field(default_factory=list)
    elsewhere: str | None = None
    encryption_keys: list[str] = field(default_factory=list, repr=False)

    def sentences(self, settings: Settings) -> list[str]:
        """Return what to tell the user."""
        parts = "the database" if self.elsewhere else f"the database, {counted(self.uploads, 'upload')}"
        parts += ", and the secret key" if self.has_key else ", but not SECRET_KEY"
        said = [f"Saved and verified {parts}: {self.file} ({formats.size(self.size)})."]
        if self.has_key:
            said.append("Anyone who has this file can read all data and saved passwords. Store it safely.")
        else:
            said.append(
                "SECRET_KEY is set in the environment. Keep it, too: "
                "without it, saved passwords can’t be read."
            )
        if apart := kept_apart(settings):
            said.append(f"Keep {joined(apart)}, too: the backup can’t be restored without.")
        if self.elsewhere:
            said.append(
                f"Uploads aren’t in this file: they stay in {self.elsewhere}. Back up that bucket, too, "
                "with the tools of its service."
            )
        if self.missing:
            said.append(
                f"The files of {counted(len(self.missing), 'upload')} were already missing from "
                f"{settings.uploads_dir}: {', '.join(self.missing[:5])}{'…' if len(self.missing) > 5 else ''}"
            )
        return said


def refuse_postgresql(settings: Settings) -> None:
    """Raise Problem if the database is not the embedded one."""
    if settings.is_sqlite:
        return
    key = f"the file {key_file(settings)}" if is_generated(settings) else "the value of SECRET_KEY"
    raise Problem(
        "This command is for the embedded database, and DATABASE_URL names a PostgreSQL server. "
        f"Use pg_dump and pg_restore, and also keep {_uploads_of(settings)} and {key}."
    )


def _uploads_of(settings: Settings) -> str:
    bucket = settings.uploads_bucket
    return f"the folder {settings.uploads_dir}" if bucket is None else f"the bucket {bucket.shown}"


def make_backup(settings: Settings, wanted: Path | None) -> Backup:
    """Save everything in a new file, and read it back. `wanted` is a file or an existing folder.

    Raises Problem, and Unavailable if others keep the database busy."""
    refuse_postgresql(settings)
    engine = db.engine
    database = Path(str(engine.url.database)).absolute()
    if not database.exists():
        raise Problem(f"The database {database} doesn’t exist yet.")
    moment = now()
    target = _target(settings, wanted, moment)
    bucket = settings.uploads_bucket
    made = Backup(target, has_key=is_generated(settings), elsewhere=bucket.shown if bucket else None)
    with ExitStack() as folders:
        of_uploads = settings.uploads_dir if bucket is None else settings.data_dir
        of_uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The uploads may be on a disk of their own, which links can't leave.
        work, beside, links = work_folders(folders, settings.data_dir, target.parent, of_uploads)
        copied, draft = work / archive.DATABASE, beside / target.name
        with ExitStack() as open_database:
            with write_lock(engine, LOCK_WAIT_SECONDS):
                source = open_database.enter_context(database_copy.snapshot(database))
                if bucket is None:
                    _link_uploads(database_copy.uploads_of(source), links, made)
            database_copy.copy(source, copied)
        with database_copy.opened(copied) as connection:
            database_copy.check(connection)
            schema = database_copy.schema_of(connection)
            made.encryption_keys = needed_keys(settings, connection)
        _write(settings, made, copied, links, draft, schema, moment)
        made.size = draft.stat().st_size
        _publish(draft, target)
    return made


def _target(settings: Settings, wanted: Path | None, moment: datetime) -> Path:
    if wanted is None:
        wanted = settings.data_dir / "backups"
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = wanted.absolute()
    if target.is_dir():
        target /= f"muster-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    if target.exists() or target.is_symlink():
        raise Problem(f"{target} already exists. Choose another file.")
    if not target.parent.is_dir():
        raise Problem(f"The folder {target.parent} doesn’t exist.")
    return target


def _link_uploads(uploads: Iterator[tuple[int, str]], folder: Path, made: Backup) -> None:
    for account_id, public_id in uploads:
        if link_into(folder, account_id, public_id):
            made.uploads += 1
        else:
            made.missing.append(public_id)


def _write(
    settings: Settings, made: Backup, copied: Path, links: Path, draft: Path, schema: str, moment: datetime
) -> None:
    about = {
        "format": archive.FORMAT,
        "schema": schema,
        "created_at": moment.isoformat(timespec="seconds"),
        "secret_key": {"included": made.has_key, "fingerprint": fingerprint(settings.secret_key)},
        "encryption_keys": [fingerprint(key) for key in made.encryption_keys],
        "password_key": fingerprint(settings.password_key) if settings.password_key else None,
        "uploads": made.uploads,
        "missing_uploads": made.missing,
        "uploads_in": made.elsewhere,
    }
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        writer = archive.Writer(file, int(moment.timestamp()))
        writer.add_json(archive.ABOUT, about)
        if made.has_key:
            _add(writer, archive.KEY, key_file(settings))
        _add(writer, archive.DATABASE, copied)
        for path in sorted(links.glob("*/*")):
            _add(writer, f"uploads/{path.parent.name}/{path.name}", path)
        writer.close()
        file.flush()
        os.fsync(file.fileno())
    with draft.open("rb") as file:
        told, found = archive.contents(file)
    if not told == found == writer.manifest:
        raise Problem("The archive couldn’t be read back as it was written. Check the disk, then try again.")


def _add(writer: archive.Writer, name: str, path: Path) -> None:
    with path.open("rb") as file:
        writer.add(name, file, os.fstat(file.fileno()).st_size)


def _publish(draft: Path, target: Path) -> None:
    """Give the finished archive its name, unless a file has that name meanwhile."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise Problem(f"{target} already exists. Choose another file.") from None
    except OSError:  # not all disks have links
        if target.exists():
            raise Problem(f"{target} already exists. Choose another file.") from None
        draft.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Write the names of a folder's files to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

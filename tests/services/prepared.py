"""Databases as the first start of Muster leaves them, made once for a run of tests and then copied, because
migrating takes seconds of a processor."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.platform.schema_version import newest_migration
from app.platform.settings import Settings
from ops.prepare import prepare_database
from tests.services.postgresql import PostgreSQL

NAME = "prepared"
"""The database that `postgresql` brings; others are created from it as their template."""
_FOLDER = "PREPARED_DATABASES"


def share() -> None:
    """Let processes that this one starts from now on share what is made; it is deleted with this process."""
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="muster-prepared-")
        atexit.register(shutil.rmtree, os.environ[_FOLDER], ignore_errors=True)


def sqlite_file() -> Path:
    """Return an SQLite file to copy."""
    return _made_once("sqlite", _make_sqlite) / "muster.db"


def postgresql(**settings: str) -> PostgreSQL:
    """Return a server, not started yet, with a database to copy."""
    return PostgreSQL(like=_made_once("postgresql", _make_postgresql) / "data", **settings)


def _made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` has filled, in this process or another one, with these migrations."""
    share()
    name = f"{name}-{newest_migration()}"
    shared = Path(os.environ[_FOLDER])
    made = shared / name
    with open(shared / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = Path(tempfile.mkdtemp(dir=shared))
            make(draft)
            draft.rename(made)
    return made


def _make_sqlite(folder: Path) -> None:
    prepare_database(Settings.from_environment({"DATA_DIR": str(folder)}))


def _make_postgresql(folder: Path) -> None:
    server = PostgreSQL().start()
    try:
        server.create_database(NAME)
        settings = {"DATA_DIR": str(folder), "DATABASE_URL": server.url(NAME)}
        prepare_database(Settings.from_environment(settings))
        server.stop()
        server.copy_data(folder / "data")
    finally:
        server.remove()

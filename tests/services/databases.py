"""One database of each kind that is put back to a known state before every test, in milliseconds.

There are two states: `fresh` (migrated, with the system templates, nobody owns it yet) and `people` (the same
with the people of `tests/people.py`). SQLite copies a file, PostgreSQL puts rows back.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask import Flask

from app import create_app
from app.platform.database import db
from app.platform.settings import Settings
from ops.prepare import prepare_database
from tests.people import create_people
from tests.services import kept_tables
from tests.services.postgresql import PostgreSQL

SECRET_KEY = "a secret key that is known to all tests"


class Storage(Protocol):
    """Where the rows are: an address, and states that are kept and put back."""

    url: str

    def clear(self) -> None:
        """Have a database without any table."""

    def keep(self, state: str) -> None:
        """Remember everything as it is now."""

    def put_back(self, state: str) -> None:
        """Make everything as it was; raises an error when the tables themselves have been changed."""


class SqliteFile:
    """A file; states are copies of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "muster.db"
        self.url = f"sqlite:///{self.path}"

    def clear(self) -> None:
        for suffix in ("", "-wal", "-shm", ".lock"):
            self.path.with_name(f"muster.db{suffix}").unlink(missing_ok=True)

    def keep(self, state: str) -> None:
        shutil.copyfile(self.path, self.path.with_name(f"{state}.kept"))

    def put_back(self, state: str) -> None:
        copy = self.path.with_name("copy")
        shutil.copyfile(self.path.with_name(f"{state}.kept"), copy)
        self.clear()
        os.replace(copy, self.path)  # a new file, so that a forgotten connection sees nothing of it


class PostgresDatabase:
    """A database of a server; states are tables in it."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self.url = server.url("muster")

    def clear(self) -> None:
        self._server.make_database("muster")

    def keep(self, state: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            kept_tables.keep(connection, state)

    def put_back(self, state: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            kept_tables.put_back(connection, state)


class Database:
    """A database under one address with an app bound to it; `restore(state)` empties it to that state."""

    def __init__(self, kind: str, folder: Path, queue_url: str, server: Callable[[], PostgreSQL]) -> None:
        self.kind = kind
        self._folder = folder
        self._queue_url = queue_url
        self._storage: Storage = SqliteFile(folder) if kind == "sqlite" else PostgresDatabase(server())
        self._states: set[str] = set()
        self.app: Flask = create_app(self.settings())

    @property
    def url(self) -> str:
        return self._storage.url

    def settings(self, **changes: Any) -> Settings:
        """Settings for this database; `changes` are named and spelled as in the environment."""
        environment = {
            "DATA_DIR": str(self._folder),
            "DATABASE_URL": self.url,
            "REDIS_URL": self._queue_url,
            "SECRET_KEY": SECRET_KEY,
            "BATCH_RETRY_SECONDS": "0.05,0.05,0.05",
        }
        return Settings.from_environment(environment | {name: str(value) for name, value in changes.items()})

    def restore(self, state: str) -> None:
        """Throw away everything and begin again from `state`."""
        self.close()
        for attempts in self.app.extensions["attempts"].values():
            attempts.clear_memory()
        self._make("fresh")
        self._make(state)
        try:
            self._storage.put_back(state)
        except psycopg.Error:  # a test has left other tables behind
            self._states.clear()
            self._make("fresh")
            self._make(state)

    def close(self) -> None:
        """Let go of all connections."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _make(self, state: str) -> None:
        if state in self._states:
            return
        if state == "fresh":
            self._storage.clear()
            prepare_database(self.settings())
        else:
            self._storage.put_back("fresh")
            with self.app.app_context():
                create_people()
            self.close()
        self._storage.keep(state)
        self._states.add(state)

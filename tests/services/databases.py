"""One database of each kind, restored to a known state before every test within milliseconds.

The states are `fresh` (migrated, with system templates, without an owner) and `people` (with the people of
`tests/people.py`). SQLite copies a file; PostgreSQL copies rows.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import pq

from app import create_app
from app.gallery.application import catalog
from app.platform import clock, queue
from app.platform.database import db
from app.platform.settings import Settings
from tests.people import create_people
from tests.services import prepared
from tests.services.postgresql import PostgreSQL
from tests.services.table_snapshots import Snapshot

SECRET_KEY = "a secret key that is known to all tests"


class Storage(Protocol):
    """A database with states that can be saved and restored."""

    url: str

    def begin(self) -> None:
        """Make the database as the first start leaves it."""

    def save(self, state: str) -> None:
        """Save the current rows as `state`."""

    def restore(self, state: str) -> None:
        """Restore the rows of `state`. Raises psycopg.Error if the schema has changed."""


class SqliteFile:
    """SQLite database; states are copies of the file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "muster.db"
        self.url = f"sqlite:///{self.path}"

    def begin(self) -> None:
        self._replace(prepared.sqlite_file())

    def save(self, state: str) -> None:
        shutil.copyfile(self.path, self.path.with_name(f"{state}.kept"))

    def restore(self, state: str) -> None:
        self._replace(self.path.with_name(f"{state}.kept"))

    def _replace(self, by: Path) -> None:
        copy = self.path.with_name("copy")
        shutil.copyfile(by, copy)
        for suffix in ("", "-wal", "-shm", ".lock", ".next"):
            self.path.with_name(f"muster.db{suffix}").unlink(missing_ok=True)
        os.replace(copy, self.path)  # a new inode, invisible to connections left open


class PostgresDatabase:
    """PostgreSQL database of a server from `prepared`; states are schemas with copies of all tables."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self.url = server.url("muster")
        self._snapshots: dict[str, Snapshot] = {}
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def begin(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._server.create_database("muster", template=prepared.NAME)

    def save(self, state: str) -> None:
        self._snapshots[state] = Snapshot(self._connected(), state)

    def restore(self, state: str) -> None:
        try:
            self._snapshots[state].restore(self._connected())
        except psycopg.OperationalError:  # a test has ended the connection
            self._snapshots[state].restore(self._connected())

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return the connection, which stays open: a new one would read the catalog again each time."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self.url, autocommit=True)
        return self._connection


class Database:
    """A database and an app bound to it. `restore(state)` resets it before a test."""

    def __init__(self, kind: str, folder: Path, queue_url: str, server: Callable[[], PostgreSQL]) -> None:
        self.kind = kind
        self._folder = folder
        self._queue_url = queue_url
        self._storage: Storage = SqliteFile(folder) if kind == "sqlite" else PostgresDatabase(server())
        self._states: set[str] = set()
        self._makers: dict[str, Callable[[], None]] = {"people": create_people}
        self._opened: WeakSet[Any] = WeakSet()
        self.app: Flask = self.make_app()
        with self.app.app_context():
            if kind == "sqlite":
                sa.event.listen(db.engine, "connect", _wait_for_no_disk)
            else:
                sa.event.listen(db.engine, "connect", lambda opened, _record: self._opened.add(opened))

    @property
    def url(self) -> str:
        return self._storage.url

    def settings(self, **changes: Any) -> Settings:
        """Return settings for this database; `changes` are environment variables."""
        environment = {
            "DATA_DIR": str(self._folder),
            "DATABASE_URL": self.url,
            "REDIS_URL": self._queue_url,
            "SECRET_KEY": SECRET_KEY,
            "BATCH_RETRY_SECONDS": "0.05,0.05,0.05",
        }
        return Settings.from_environment(environment | {name: str(value) for name, value in changes.items()})

    def make_app(self, **changes: Any) -> Flask:
        """Return an app on this database, with settings as `settings` returns them."""
        app = create_app(self.settings(**changes))
        _hash_quickly(app)
        return app

    def restore(self, state: str) -> None:
        """Reset the database to `state`, and what the app remembers."""
        self.close()
        self._make("fresh")
        self._make(state)
        self._forget()
        try:
            self._storage.restore(state)
        except psycopg.Error:  # a test changed the schema
            self._states.clear()
            self._make("fresh")
            self._make(state)
            self._forget()

    def define(self, state: str, make: Callable[[], None]) -> None:
        """Define a further state, which `make` makes in an app context of a fresh database when it is first
        restored."""
        self._makers[state] = make

    def define_with_people(self, state: str, make: Callable[[], None]) -> None:
        """Define a further state as `define` does; `make` finds the people of all tests."""

        def make_both() -> None:
            create_people()
            make()

        self.define(state, make_both)

    def keep(self, state: str) -> None:
        """Save the current rows as a further state that `restore` knows."""
        self.close()
        self._storage.save(state)
        self._states.add(state)

    def forget(self, state: str) -> None:
        """Remove a state from those that `restore` knows."""
        self._states.discard(state)

    def close(self) -> None:
        """Close all connections. A single one to PostgreSQL stays open, as good as new: another one would
        read the catalog again."""
        with self.app.app_context():
            db.session.remove()
            if self.kind == "sqlite" or len(self._opened) != 1 or not _renew(*self._opened):
                db.engine.dispose()
                self._opened.clear()

    def _make(self, state: str) -> None:
        if state in self._states:
            return
        if state == "fresh":
            self._storage.begin()
        else:
            self._storage.restore("fresh")
            self._forget()
            with self.app.app_context(), _at_the_real_time():
                self._makers[state]()
                queue.connection().flushall()
            self.close()
        self._storage.save(state)
        self._states.add(state)

    def _forget(self) -> None:
        """Let the app forget what it remembers of earlier tests, or of making a state."""
        for attempts in self.app.extensions["attempts"].values():
            attempts.clear_memory()
        self.app.extensions["request_counter"].clear()
        self.app.extensions["queue_backoff"].until = 0.0
        self.app.extensions["metrics"].forget()
        self.app.extensions["metrics_page"].forget()
        catalog.forget()


@contextmanager
def _at_the_real_time() -> Iterator[None]:
    """Undo what a test has done to the clock: others use the state, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", datetime)
        yield


def _hash_quickly(app: Flask) -> None:
    """Let passwords be hashed with little work: with as much as they should take, hashing would be most of
    what many tests do."""
    app.extensions["security"].pwd_context.update(
        argon2__time_cost=1, argon2__memory_cost=64, argon2__parallelism=1
    )


def _renew(connection: Any) -> bool:
    """Reset the session of a connection to PostgreSQL. Return False if it is in use or broken."""
    if connection.is_lent or connection.closed:
        return False
    connection._prepared = type(connection._prepared)()
    return bool(connection.pgconn.exec_(b"DISCARD ALL").status == pq.ExecStatus.COMMAND_OK)


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")

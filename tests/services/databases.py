"""One database of each kind that is put back to a known state before every test, in milliseconds.

Two states are made once and then copied: `fresh` (migrated, with the system templates, nobody owns it yet)
and `people` (the same with the people of `tests/people.py`). SQLite copies a file, PostgreSQL a database.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.platform.database import db
from app.platform.settings import Settings
from ops.prepare import prepare_database
from tests.people import move_in
from tests.services.postgresql import PostgreSQL

SECRET_KEY = "a secret key that is known to all tests"


class Database:
    """A database under one address with an app bound to it; `restore(state)` empties it to that state."""

    def __init__(self, kind: str, folder: Path, queue_url: str, server: Callable[[], PostgreSQL]) -> None:
        self.kind = kind
        self._folder = folder
        self._server = server() if kind == "postgresql" else None
        self._queue_url = queue_url
        self._states: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._app: Flask | None = None

    @property
    def url(self) -> str:
        return self._url("muster")

    @property
    def app(self) -> Flask:
        if self._app is None:
            self._app = create_app(self.settings())
        return self._app

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
        self._make_state(state)
        self.close()
        self._copy(state, "muster")

    def close(self) -> None:
        """Let go of all connections."""
        if self._app is not None:
            with self._app.app_context():
                db.session.remove()
                db.engine.dispose()

    def _make_state(self, state: str) -> None:
        if state in self._states:
            return
        if state == "people":
            self._make_state("fresh")
            self._copy("fresh", "people")
            app = create_app(self.settings(DATABASE_URL=self._url("people")))
            with app.app_context():
                move_in()
                db.engine.dispose()
        else:
            if self._server:
                self._server.make_database("fresh")
            prepare_database(self.settings(DATABASE_URL=self._url("fresh")))
        self._states.add(state)

    def _copy(self, source: str, target: str) -> None:
        if self._server:
            self._server.make_database(target, source)
            return
        for suffix in ("-wal", "-shm", ".lock"):
            self._file(target).with_name(f"{target}.db{suffix}").unlink(missing_ok=True)
        # A new inode, so that a connection that somebody left open sees nothing of it.
        shutil.copyfile(self._file(source), self._file("copy"))
        os.replace(self._file("copy"), self._file(target))

    def _url(self, name: str) -> str:
        return self._server.url(name) if self._server else f"sqlite:///{self._file(name)}"

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.db"

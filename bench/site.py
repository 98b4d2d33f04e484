"""A Muster of its own for one measurement, and plain SQL on its database."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import psycopg

from bench.browser import Browser
from tests.services.installation import ROOT, Installation
from tests.services.postgresql import PostgreSQL

EMAIL, PASSWORD = "alice@example.com", "a quiet place to work"
START_SECONDS = 180

# PostgreSQL's own settings where tests have others, with memory for a million rows.
AS_INSTALLED = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum_naptime": "1min",
    "shared_buffers": "512MB",
}


@dataclass(frozen=True)
class Site:
    """A running installation with two workers, its owner's browser, and its database's address."""

    muster: Installation
    browser: Browser
    address: str
    folder: Path

    @property
    def is_sqlite(self) -> bool:
        return self.address.startswith("sqlite")

    def flask(self, *arguments: str) -> str:
        """Run a command of the installation; return what it prints."""
        return _flask(self.muster, *arguments)

    def token(self) -> str:
        """Create an API token that may do everything; return its text."""
        return self.flask("create-token", "--name", "Bench").strip()

    def database_pids(self) -> list[int]:
        """Return the ids of the database's own processes: that of the server, whose children do the work."""
        if self.is_sqlite:
            return []
        with psycopg.connect(self.address) as connection:
            server = psutil.Process(connection.info.backend_pid).parent()
        assert server is not None
        return [server.pid]

    @property
    def server_log(self) -> Path:
        """The log of PostgreSQL."""
        with self.sql() as execute:
            [(data,)] = execute("SHOW data_directory")
        return Path(data).with_name("log")

    def sql(self) -> Any:
        """Open a connection beside Muster: `with site.sql() as execute`. Commits at the end."""
        return _connected(self.address)

    def vacuum(self) -> None:
        """Do at once what the server does some time after many rows were written."""
        if self.is_sqlite:
            return
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@contextmanager
def site(
    kind: str,
    folder: Path,
    server: Mapping[str, str] = MappingProxyType({}),
    sample_data: bool = False,
    **settings: str,
) -> Iterator[Site]:
    """Start an installation on `sqlite` or `postgresql` in `folder`, with an owner who is signed in.
    `settings` are environment variables, `server` is for PostgreSQL."""
    with _database(kind, folder, server) as address, _installation(folder, address, settings) as muster:
        owner = ("--email", EMAIL, "--password", PASSWORD, "--account", "Bench")
        _flask(muster, "create-owner", *owner, *(["--sample-data"] if sample_data else []))
        browser = Browser(muster.url)
        browser.sign_in(EMAIL, PASSWORD)
        yield Site(muster, browser, address, folder)


class _Execute:
    """The same few statements on both drivers."""

    def __init__(self, connection: Any, mark: str) -> None:
        self._connection = connection
        self._mark = mark

    def __call__(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        cursor = self._connection.execute(statement.replace("?", self._mark), list(values))
        return cursor.fetchall() if cursor.description else []

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put many rows into a table: with COPY on PostgreSQL."""
        names = ", ".join(columns)
        if self._mark == "?":
            marks = ", ".join("?" * len(columns))
            self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def _connected(address: str) -> Iterator[_Execute]:
    if address.startswith("sqlite"):
        connection = sqlite3.connect(address.removeprefix("sqlite:///"), timeout=60)
        with connection:
            yield _Execute(connection, "?")
        connection.close()
    else:
        with psycopg.connect(address) as connection:
            yield _Execute(connection, "%s")


@contextmanager
def _database(kind: str, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'muster.db'}"
        return
    server = PostgreSQL(None, **AS_INSTALLED | dict(settings))
    server.start()
    try:
        server.create_database("bench")
        yield server.url("bench")
    finally:
        server.remove()


@contextmanager
def _installation(folder: Path, address: str, given: dict[str, str]) -> Iterator[Installation]:
    settings = {"WORKERS": "2", "MAX_CONTACTS_PER_JOB": "1000000"} | given
    if not address.startswith("sqlite"):
        settings["DATABASE_URL"] = address
    muster = Installation(folder / "data", **settings)
    muster.start(within=START_SECONDS)
    try:
        yield muster
    finally:
        muster.stop()


def _flask(muster: Installation, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=os.environ | muster.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout

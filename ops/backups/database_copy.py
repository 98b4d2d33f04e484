"""Copies of the SQLite database, made while others write to it, and their verification."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from app.platform.text.comparing import SQL_FUNCTIONS
from ops.problems import Problem

WAIT_SECONDS = 30.0
PAGES_AT_ONCE = 4096  # in between, a signal can end the copying
MOST_PROBLEMS = 5


@contextmanager
def snapshot(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the database and keep the state that it has now. With write-ahead logging, nobody has to wait."""
    with closing(_connected(database, "mode=rw")) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy the state that `source` sees to a new file."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        source.backup(connection, pages=PAGES_AT_ONCE, sleep=0)


@contextmanager
def opened(copied: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy that nobody else uses, for reading. Raises Problem if it is damaged."""
    try:
        with closing(_connected(copied, "mode=ro&immutable=1")) as connection:
            yield connection
    except sqlite3.DatabaseError as damage:
        raise Problem(f"The copy of the database is damaged ({damage}).") from damage


def check(connection: sqlite3.Connection) -> None:
    """Check the whole database. Raises Problem."""
    found = [str(one[0]) for one in connection.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})")]
    if found != ["ok"]:
        raise Problem(f"The database is damaged: {'; '.join(found)[:500]}.")
    if wrong := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise Problem(
            f"The database is inconsistent: a row of {wrong[0]} refers to a missing one of {wrong[2]}."
        )


def schema_of(connection: sqlite3.Connection) -> str:
    """Return the version of the database's schema. Raises Problem if it is not a database of Muster."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        raise Problem("The database isn’t one of Muster.")
    found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(found) != 1:
        raise Problem("The database has no single schema version.")
    return str(found[0][0])


def settle(copied: Path) -> None:
    """Bring what its journal contains into the file of a copy."""
    with closing(_connected(copied, "mode=rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def uploads_of(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (account id, public id) of all uploads."""
    yield from connection.execute("SELECT account_id, public_id FROM uploads ORDER BY id")


def _connected(path: Path, how: str) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
    for name, function in SQL_FUNCTIONS.items():  # indexes may use them
        connection.create_function(name, 1, function, deterministic=True)
    return connection

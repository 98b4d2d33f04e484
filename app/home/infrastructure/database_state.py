"""What the database says about itself, for `flask doctor`. Nothing is written."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.platform.claims.leases import moment
from app.platform.database import db, is_sqlite, limit_statements, session
from app.platform.schema_version import applied_migration

Clock: TypeAlias = Callable[[], float]
STATEMENT_SECONDS: Final = 8.0
STEPS_BETWEEN: Final = 100_000  # of SQLite's machine, a few milliseconds
MOST_DAMAGE: Final = 200  # characters


class NotReachable(Exception):
    """The database doesn’t answer; the text is the kind of failure."""


@dataclass(frozen=True)
class Server:
    """The database server, or the library with its file. `size` is in bytes."""

    is_sqlite: bool
    version: tuple[int, ...]
    is_read_only: bool
    size: int

    @property
    def shown_version(self) -> str:
        return ".".join(map(str, self.version))


def has_file() -> bool:
    return os.path.isfile(db.engine.url.database or "")


def server() -> Server:
    """Raises NotReachable."""
    with _reachable():
        if is_sqlite():
            session().scalar(sa.text("SELECT count(*) FROM sqlite_master"))
            place = db.engine.url.database or ""
            is_writable = os.access(place, os.W_OK) and os.access(os.path.dirname(place) or ".", os.W_OK)
            return Server(True, sqlite3.sqlite_version_info, not is_writable, os.path.getsize(place))
        number = int(_value("SHOW server_version_num"))
        is_read_only = _value("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
        size = _value("SELECT pg_database_size(current_database())")
        return Server(False, divmod(number, 10_000), bool(is_read_only), int(size))


def schema_version() -> str | None:
    """Return the id of the last migration that was applied; None without tables. Raises NotReachable."""
    with _reachable():
        return applied_migration(session().connection())


def server_settings() -> dict[str, str]:
    """Return settings of PostgreSQL, as connections of Muster see them. Raises NotReachable."""
    from app.platform.tenancy import row_security  # loads the driver

    names = (
        "server_encoding",
        "autovacuum",
        "transaction_isolation",
        "TimeZone",
        "max_connections",
    )
    with _reachable():
        found = {name: str(_value(f"SELECT current_setting('{name}')")) for name in names}
        return {**found, "row_security": "on" if row_security.is_up(session().connection()) else "off"}


def damage(within: float) -> str | None:
    """Return the first damage of an SQLite file, empty if there is none; None if the check takes longer."""
    end, place = time.monotonic() + within, Path(db.engine.url.database or "").absolute()
    try:
        with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN)
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as failure:
        if failure.sqlite_errorname == "SQLITE_INTERRUPT":
            return None
        raise NotReachable(type(failure).__name__) from None
    except sqlite3.DatabaseError:
        return "it isn’t a database that SQLite can read"
    return "" if found == "ok" else " ".join(found.split())[:MOST_DAMAGE].rstrip(".")


def server_time() -> float:
    """Return the time of the database, in seconds since 1970. Raises NotReachable."""
    with _reachable():
        found: Any = session().scalar(sa.select(moment()))
        return float(found.timestamp())


def _value(query: str) -> Any:
    return session().scalar(sa.text(query), execution_options={"cross_account": True})


@contextmanager
def _reachable() -> Iterator[None]:
    if is_sqlite() and not has_file():  # connecting would create it
        raise NotReachable("FileNotFoundError")
    try:
        limit_statements(STATEMENT_SECONDS)
        yield
    except SQLAlchemyError as failure:
        session().rollback()
        cause = failure.orig if isinstance(failure, sa.exc.DBAPIError) else None
        raise NotReachable(type(cause or failure).__name__) from None

"""The database: engine, naming convention and transactions.

`transaction()` is the only way to write. On SQLite it acquires a file lock first, so that concurrent writers
wait instead of failing, and begins IMMEDIATE; reads never wait for it.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app.platform import tenancy
from app.platform.clock import now
from app.platform.comparing import SQL_FUNCTIONS
from app.platform.errors import Unavailable
from app.platform.schema_version import MIGRATIONS
from app.platform.settings import Settings, current

if TYPE_CHECKING:
    from app.platform.connections import Process

# How long (in seconds) a statement or transaction waits for the writer of an SQLite file.
LOCK_WAIT_SECONDS: dict["Process", float] = {"web": 10, "worker": 30, "clock": 30, "command": 30}
SILENT_WRITER_SECONDS = 15
# Of each SQLite connection, in KiB. The web process has one for each of its threads.
CACHE_KIB: dict["Process", int] = {"web": 4_000, "worker": 32_000, "clock": 8_000, "command": 16_000}
# How many connections stay open. A web process has as many threads; others have one or two.
CONNECTIONS: dict["Process", int] = {"web": 10, "worker": 5, "clock": 5, "command": 5}

# SQLite generates ids only for primary keys of exactly the type INTEGER.
BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware datetime in UTC; SQLite stores it without the time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Table option for rows that others name without a foreign key. PostgreSQL never reuses ids anyway.
IDS_NOT_REUSED = {"sqlite_autoincrement": True}


class Authored:
    """Mixin for tables whose rows users create: times of creation and of the last change, and the creator."""

    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=91)
    created_by: Mapped[int | None] = mapped_column(BigInt, sort_order=92)


db = SQLAlchemy(
    model_class=Base, session_options={"class_": tenancy.ScopedSession, "expire_on_commit": False}
)
cast(Any, db.Model).registry.update_type_annotation_map(
    {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json, list[int]: Json}
)


def init(app: Flask, settings: Settings, process: "Process") -> None:
    """Configure the engine without connecting. `process` determines the timeouts of connections."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings, process)
    app.extensions["lock_wait"] = LOCK_WAIT_SECONDS[process]
    db.init_app(app)
    if process == "command":
        from flask_migrate import Migrate  # loaded only by processes that migrate

        Migrate(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=True)
    with app.app_context():
        engine = db.engine
    tenancy.guard(engine, db.metadata)
    if settings.is_sqlite:
        event.listen(engine, "do_connect", _create_private)
        event.listen(engine, "connect", partial(_prepare_sqlite, CACHE_KIB[process]))
        event.listen(engine, "begin", _begin_reading)
    else:
        from app.platform import connections

        connections.watch(engine, process)


def _engine_options(settings: Settings, process: "Process") -> dict[str, Any]:
    # Parameters contain personal data, so errors are logged without them.
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": CONNECTIONS[process]}
    if settings.is_sqlite:
        return options | {"connect_args": {"timeout": LOCK_WAIT_SECONDS[process]}}
    from app.platform import connections  # loads PostgreSQL's driver only if it is used

    return options | {
        "pool_timeout": 4,
        "connect_args": connections.parameters(process),
    }


def _create_private(_dialect: object, _record: object, places: Any, _options: object) -> None:
    """Create a new database file with mode 0600, which its journal files inherit."""
    with suppress(OSError):
        os.close(os.open(places[0], os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(cache_kib: int, connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{cache_kib}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    cast(Any, connection.connection).execute("BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a block in a transaction: commit at its end, roll back on any exception.

    A nested transaction joins the outer one. Hooks given to `after_commit` run after the commit.
    """
    session = cast(Session, db.session())
    if session.info.get("writing"):
        yield session
        return
    hooks: list[Callable[[], object]] = []
    with _write_lock(session, current_app.extensions["lock_wait"]):
        session.info |= {"writing": True, "after_commit": hooks}
        try:
            _become_writer(session)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False
    for hook in hooks:
        hook()


def after_commit(hook: Callable[[], object]) -> None:
    """Run `hook` once the current transaction has been committed; never if it is rolled back."""
    info = db.session().info
    if not info.get("writing"):
        raise RuntimeError("after_commit() belongs inside transaction()")
    info["after_commit"].append(hook)


def session() -> Session:
    """Return the session of this request or task, for reading."""
    return cast(Session, db.session())


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def takes_writes(within: float) -> bool:
    """Return whether a write transaction can begin within so many seconds.

    Always true on PostgreSQL; on SQLite another process may hold the lock of the file.
    """
    place = db.engine.url.database
    if not is_sqlite() or not place:
        return True
    try:
        with _write_lock(session(), within), closing(sqlite3.connect(place, timeout=within)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except (sqlite3.Error, OSError, Unavailable):
        return False
    return True


def _become_writer(session: Session) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # A client that hangs or disappears in the middle of a transaction must not hold its locks forever.
    patience = f"{min(current().batch_lease_seconds, SILENT_WRITER_SECONDS)}s"
    connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{patience}'")


@contextmanager
def _write_lock(session: Session, patience: float) -> Iterator[None]:
    url = cast(Engine, session.get_bind()).url
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    with open(f"{url.database}.lock", "w") as file:
        _wait_for(file.fileno(), patience)
        yield


def _wait_for(handle: int, patience: float) -> None:
    give_up = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise Unavailable("UNAVAILABLE", "The database is busy. Try again in a moment.") from None
            time.sleep(0.003)


@event.listens_for(Session, "before_flush")
def _only_in_transactions(session: Session, _context: object, _instances: object) -> None:
    if session.info.get("writing") or not (session.new or session.dirty or session.deleted):
        return
    if any(session.is_modified(item) for item in session.dirty) or session.new or session.deleted:
        raise RuntimeError("writing needs transaction()")


def is_transient(error: Exception) -> bool:
    """Return whether the same statements may succeed later.

    True for broken connections, locks and timeouts; false for invalid values, for example.
    """
    if isinstance(error, Unavailable | sa.exc.TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | sa.exc.InterfaceError)


def is_timeout(error: Exception) -> bool:
    """Return whether the database canceled a statement because of a timeout."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in ("57014", "55P03")


def one_snapshot() -> None:
    """Start a snapshot, so that the figures of several reads of this request are consistent.

    Does nothing inside `transaction()`.
    """
    if session().info.get("writing"):
        return
    session().rollback()
    if not is_sqlite():  # whose read transactions are snapshots anyway
        session().connection(execution_options={"isolation_level": "REPEATABLE READ"})


def forget_snapshot() -> None:
    """End the read transaction, so that the next read sees later commits."""
    session().rollback()

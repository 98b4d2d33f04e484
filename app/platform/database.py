"""The database: one engine, one naming convention, one place that commits.

`transaction()` is the only way to write. On SQLite it takes a file lock first, so that busy writers
queue up instead of failing, and begins IMMEDIATE; page reads never wait for it.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
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

# How long a statement or a transaction waits for the one that writes to an SQLite file.
LOCK_WAIT_SECONDS: dict["Process", float] = {"web": 10, "worker": 30, "clock": 30, "command": 30}
SILENT_WRITER_SECONDS = 15

# SQLite gives numbers out by itself only to a column of exactly this type.
BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; SQLite keeps it without its zone."""

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


class Authored:
    """Columns of tables whose rows people create: when, when last changed, by whom."""

    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=91)
    created_by: Mapped[int | None] = mapped_column(BigInt, sort_order=92)


db = SQLAlchemy(
    model_class=Base, session_options={"class_": tenancy.ScopedSession, "expire_on_commit": False}
)
cast(Any, db.Model).registry.update_type_annotation_map(
    {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json}
)


def init(app: Flask, settings: Settings, process: "Process") -> None:
    """Bind the engine to the app. Nothing is connected to yet; `process` says how patient connections are."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings, process)
    app.extensions["lock_wait"] = LOCK_WAIT_SECONDS[process]
    db.init_app(app)
    if process == "command":
        from flask_migrate import Migrate  # servers do not migrate, and do not load the tools for it

        Migrate(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=True)
    with app.app_context():
        engine = db.engine
    tenancy.guard(engine, db.metadata)
    if settings.is_sqlite:
        event.listen(engine, "do_connect", _create_private)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_reading)
    else:
        from app.platform import connections

        connections.watch(engine, process)


def _engine_options(settings: Settings, process: "Process") -> dict[str, Any]:
    # What a statement was given is people's data: a failure is logged without it.
    if settings.is_sqlite:
        return {"hide_parameters": True, "connect_args": {"timeout": LOCK_WAIT_SECONDS[process]}}
    from app.platform import connections  # PostgreSQL's driver is loaded where it is needed

    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_timeout": 4,
        "connect_args": connections.parameters(process),
    }


def _create_private(_dialect: object, _record: object, places: Any, _options: object) -> None:
    """A file that is made now is for nobody else to read; the journals beside it follow its mode."""
    with suppress(OSError):
        os.close(os.open(places[0], os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours alone
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing: commits at the end, rolls back on any exception.

    One inside another joins it. Functions given to `after_commit` run once it is safely written.
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
    """Run `hook` when the transaction under way has been committed; never if it fails."""
    info = db.session().info
    if not info.get("writing"):
        raise RuntimeError("after_commit() belongs inside transaction()")
    info["after_commit"].append(hook)


def session() -> Session:
    """The session of this request or task, for reading."""
    return cast(Session, db.session())


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def takes_writes(within: float) -> bool:
    """Whether a transaction that writes can begin within so many seconds. Only on SQLite can others forbid
    that, by keeping the file locked."""
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
    # Whoever falls silent in the middle, frozen or with a machine that is gone, must not hold locks for ever.
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
    """Whether the same statements may well succeed a little later: the connection broke, somebody else held
    a lock, the time ran out. A value that does not fit never will."""
    if isinstance(error, Unavailable | sa.exc.TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | sa.exc.InterfaceError)


def is_timeout(error: Exception) -> bool:
    """Whether the database gave a statement up because it took too long."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in ("57014", "55P03")


def one_snapshot() -> None:
    """From here on all reads of this request see the database at one moment, not before this call, so that
    figures of several statements add up."""
    if session().info.get("writing"):
        return
    session().rollback()
    if not is_sqlite():  # whose reading transactions see one moment anyway
        session().connection(execution_options={"isolation_level": "REPEATABLE READ"})


def forget_snapshot() -> None:
    """End the reading transaction, so that the next read sees what others have written since."""
    session().rollback()

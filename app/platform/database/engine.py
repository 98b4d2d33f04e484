"""The engine: how each kind of process connects to SQLite or PostgreSQL."""

import os
import sqlite3
import time
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from app.platform import tenancy
from app.platform.database.columns import Base, Json, UtcDateTime
from app.platform.logs import log
from app.platform.schema_version import MIGRATIONS
from app.platform.settings import Settings
from app.platform.text.comparing import SQL_FUNCTIONS

if TYPE_CHECKING:
    from app.platform.database.connections import Process

# How long (in seconds) a statement or transaction waits for the writer of an SQLite file.
LOCK_WAIT_SECONDS: dict["Process", float] = {"web": 10, "worker": 30, "clock": 30, "setup": 30, "command": 30}
# Of each SQLite connection, in KiB. The web process has one for each of its threads.
CACHE_KIB: dict["Process", int] = {
    "web": 4_000,
    "worker": 32_000,
    "clock": 8_000,
    "setup": 16_000,
    "command": 16_000,
}
# How many connections stay open. A web process has as many threads; others have one or two.
CONNECTIONS: dict["Process", int] = {"web": 10, "worker": 5, "clock": 5, "setup": 5, "command": 5}
# PostgreSQL plans a prepared statement once per connection, perhaps while its tables were small. A new
# connection plans it again.
PLANS_KEPT_SECONDS = 60

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
    app.teardown_appcontext(_end_session)  # runs before that of the extension
    if process in ("setup", "command"):
        from flask_migrate import Migrate  # loaded only by processes that migrate

        Migrate(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=True)
    with app.app_context():
        engine = db.engine
    tenancy.guard(engine, db.metadata)
    if settings.is_sqlite:
        event.listen(engine, "do_connect", _create_private)
        event.listen(
            engine, "connect", partial(_prepare_sqlite, CACHE_KIB[process], LOCK_WAIT_SECONDS[process])
        )
        event.listen(engine, "begin", _begin_reading)
    else:
        from app.platform.database import connections

        connections.watch(engine, process)


def _end_session(_failure: BaseException | None) -> None:
    """End what the session has read. If the database ends the connection at that moment, nothing is lost, and
    a response that is complete must not become an error."""
    try:
        db.session.remove()
    except DBAPIError as failure:
        log.warning("database_connection_lost", extra={"failure": type(failure).__name__})
        db.session.registry.clear()


def _engine_options(settings: Settings, process: "Process") -> dict[str, Any]:
    # Parameters contain personal data, so errors are logged without them.
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": CONNECTIONS[process]}
    if settings.is_sqlite:
        return options | {"connect_args": {"timeout": LOCK_WAIT_SECONDS[process]}}
    from app.platform.database import connections  # loads PostgreSQL's driver only if it is used

    return options | {
        "pool_timeout": 4,
        "pool_recycle": PLANS_KEPT_SECONDS,
        "connect_args": connections.parameters(process),
    }


def _create_private(_dialect: object, _record: object, places: Any, _options: object) -> None:
    """Create a new database file with mode 0600, which its journal files inherit."""
    with suppress(OSError):
        os.close(os.open(places[0], os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(cache_kib: int, patience: float, connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    cursor = connection.cursor()
    _use_wal(cursor, patience)
    for pragma in (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{cache_kib}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor, patience: float) -> None:
    """Switch a new file to write-ahead logging. SQLite does not wait by itself for another program that is
    using the file at that moment."""
    give_up = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as failure:
            if failure.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _begin_reading(connection: Connection) -> None:
    cast(Any, connection.connection).execute("BEGIN")


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"

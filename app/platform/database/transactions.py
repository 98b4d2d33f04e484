"""Sessions and transactions.

`transaction()` is the only way to write. On SQLite it acquires a file lock first, so that concurrent writers
wait instead of failing, and begins IMMEDIATE; reads never wait for it.
"""

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import cast

from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app.platform.database.engine import db, is_sqlite
from app.platform.errors import Unavailable
from app.platform.settings import current

SILENT_WRITER_SECONDS = 15


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

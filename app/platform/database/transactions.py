"""Sessions and transactions.

`transaction()` is the only way to write. On SQLite it acquires a file lock first, so that concurrent writers
wait instead of failing, and begins IMMEDIATE; reads never wait for it.
"""

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, SessionTransaction

from app.platform.database.engine import db, is_sqlite
from app.platform.database.page_reads import end_page
from app.platform.errors import Unavailable
from app.platform.settings import current

SILENT_WRITER_SECONDS = 15
TURN_SECONDS = 1.0  # that a writer waits behind the next one
POLL_SECONDS = 0.001

Hook = Callable[[], object]
_early_hooks_at: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a block in a transaction: commit at its end, roll back on any exception.

    A nested transaction joins the outer one. Hooks given to `before_commit` run at the end of the outer one,
    those given to `after_commit` after its commit.
    """
    session = cast(Session, db.session())
    if session.info.get("writing"):
        yield session
        return
    end_page()
    early: list[Hook] = []
    hooks: list[Hook] = []
    with write_lock(cast(Engine, session.get_bind()), current_app.extensions["lock_wait"]):
        session.info |= {"writing": True, "before_commit": early, "after_commit": hooks, "kept": {}}
        try:
            _become_writer(session)
            yield session
            for hook in early:  # which may add more
                hook()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False
    for hook in hooks:
        hook()


def before_commit(hook: Hook) -> None:
    """Run `hook` at the end of the current transaction, as its last part; never if the transaction, or the
    savepoint in which this is called, is rolled back."""
    _info_of_transaction("before_commit")["before_commit"].append(hook)


def after_commit(hook: Hook) -> None:
    """Run `hook` once the current transaction has been committed; never if it is rolled back."""
    _info_of_transaction("after_commit")["after_commit"].append(hook)


def kept_in_transaction() -> dict[str, Any]:
    """Return a dictionary that is the same until the current transaction ends, and empty at its beginning."""
    return cast(dict[str, Any], _info_of_transaction("kept_in_transaction")["kept"])


def _info_of_transaction(wanted: str) -> dict[Any, Any]:
    info = db.session().info
    if not info.get("writing"):
        raise RuntimeError(f"{wanted}() belongs inside transaction()")
    return info


def limit_statements(seconds: float) -> None:
    """Let PostgreSQL cancel statements of the current transaction that take longer."""
    if not is_sqlite():
        session().connection().exec_driver_sql(f"SET LOCAL statement_timeout = {round(seconds * 1000)}")


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
        with write_lock(db.engine, within), closing(sqlite3.connect(place, timeout=within)) as connection:
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


def others_wait_to_write() -> bool:
    """Return whether others wait for the transaction that is under way. Never on PostgreSQL, which has many
    writers."""
    place = db.engine.url.database
    if not is_sqlite() or not place:
        return False
    with open(_turn_of(place), "w") as turn:
        return not _locks_now(turn.fileno())


@contextmanager
def write_lock(engine: Engine, patience: float) -> Iterator[None]:
    """Hold the lock that all writers of an SQLite file take first; nothing on PostgreSQL.

    Whoever has just written and wants to write again comes after a writer who waits meanwhile, unless that
    one stands still. Raises Unavailable if the lock is not free within so many seconds.
    """
    url = engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    give_up = time.monotonic() + patience
    with open(f"{url.database}.lock", "w") as file, open(_turn_of(url.database), "w") as turn:
        _lock(turn.fileno(), min(give_up, time.monotonic() + TURN_SECONDS))
        if not _lock(file.fileno(), give_up):
            raise Unavailable("UNAVAILABLE", "The database is busy. Try again in a moment.")
        fcntl.flock(turn.fileno(), fcntl.LOCK_UN)
        yield


def _turn_of(place: str) -> str:
    """Return the name of the file whose lock the next writer holds until the one before has finished."""
    return f"{place}.next"


def _lock(handle: int, give_up: float) -> bool:
    """Lock a file as soon as it is free; return whether it was free before the moment to give up."""
    while not _locks_now(handle):
        if time.monotonic() > give_up:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _locks_now(handle: int) -> bool:
    """Lock a file if it is not locked; return whether it was free."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@event.listens_for(Session, "before_flush")
def _only_in_transactions(session: Session, _context: object, _instances: object) -> None:
    if session.info.get("writing") or not (session.new or session.dirty or session.deleted):
        return
    if any(session.is_modified(item) for item in session.dirty) or session.new or session.deleted:
        raise RuntimeError("writing needs transaction()")


@event.listens_for(Session, "after_transaction_create")
def _note_early_hooks(session: Session, begun: SessionTransaction) -> None:
    if begun.nested and session.info.get("writing"):
        _early_hooks_at[begun] = len(session.info["before_commit"])


@event.listens_for(Session, "after_soft_rollback")
def _drop_early_hooks(session: Session, ended: SessionTransaction) -> None:
    if ended in _early_hooks_at:
        del session.info["before_commit"][_early_hooks_at.pop(ended) :]


def one_snapshot() -> None:
    """Start a snapshot, so that the figures of several reads of this request are consistent.

    Does nothing inside `transaction()`.
    """
    if session().info.get("writing"):
        return
    session().rollback()
    if not is_sqlite():  # whose read transactions are snapshots anyway
        session().connection(execution_options={"isolation_level": "REPEATABLE READ"})


def one_after_another() -> None:
    """Let the next `transaction()` see a snapshot, and succeed only if it could have run before or after all
    others that do this, too. Use it inside `despite_deadlocks`, which tries again. SQLite has one writer."""
    session().rollback()
    if not is_sqlite():
        session().connection(execution_options={"isolation_level": "SERIALIZABLE"})


def forget_snapshot() -> None:
    """End the read transaction, so that the next read sees later commits."""
    session().rollback()

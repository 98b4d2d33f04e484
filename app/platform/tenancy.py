"""No statement reads or changes an account's rows without saying whose.

ORM queries get the condition by themselves from the account the session acts for. Every statement
that reaches the driver is then read once more: one that touches a table of accounts' data without
binding it to one account is refused, and so is one that names another account than the session
acts for. The few statements that must cross accounts say so with
`.execution_options(cross_account=True)`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from app.platform.sql.parts import NotUnderstood, Tables
from app.platform.sql.statements import Given, accounts_named

_owned: set[str] = set()
_shared: set[str] = set()
_common: set[str] = {"alembic_version"}
_sessions: WeakKeyDictionary[Connection, Session] = WeakKeyDictionary()
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


class Reach(Enum):
    """Whose rows a statement may touch when it is not one account: no account's, or all."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"


Scope: TypeAlias = int | Reach


class AccountOwned:
    """Mixin of every table that holds an account's data."""

    account_id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), sort_order=-1, nullable=False
    )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if name := cls.__dict__.get("__tablename__"):
            own(name)


class WrongAccount(Exception):
    """A statement that forgot to say whose rows it wants: a fault of ours, never of a person."""


def own(table: str, is_shared: bool = False) -> None:
    """Guard a table that has an `account_id`. In one that `is_shared`, rows without one are for everybody."""
    _owned.add(table)
    if is_shared:
        _shared.add(table)
    _accounts_named.cache_clear()


def is_owned(table: str) -> bool:
    """Whether accounts own the rows of a table."""
    return table in _owned


def know(table: str) -> None:
    """Tell the guard of a table outside of the app's metadata that belongs to no account."""
    _common.add(table)


@contextmanager
def acting_for(account_id: int) -> Iterator[None]:
    """Let ORM queries of the current session see the rows of `account_id` only."""
    info = _session().info
    before = info.get("account_id")
    info["account_id"] = account_id
    try:
        yield
    finally:
        info["account_id"] = before


def act_for(account_id: int | None) -> None:
    """The same until the session ends: for a web request."""
    _session().info["account_id"] = account_id


def _session() -> Session:
    """The session of this request or task, asked of the app: the database room stands on this one."""
    return cast(Session, current_app.extensions["sqlalchemy"].session())


def guard(engine: Engine, metadata: sa.MetaData) -> None:
    """Watch every statement that `engine` executes; tables of `metadata` that nobody owns belong to all."""

    has_row_security = engine.dialect.name == "postgresql"

    def look(
        connection: Connection, cursor: Any, statement: str, values: Any, context: Any, _many: bool
    ) -> None:
        options = connection.get_execution_options() if context is None else context.execution_options
        if options.get("cross_account"):
            scope: Scope = Reach.EVERYBODY
        else:
            scope = _scope_of(connection, statement, values, context, metadata, options)
        if has_row_security:
            cursor.connection.reach(scope)

    def forget(connection: Connection, *_: object) -> None:
        if not connection.invalidated:
            cast(Any, connection.connection.driver_connection).forget_reach()

    event.listen(engine, "before_cursor_execute", look)
    if has_row_security:
        event.listen(engine, "rollback_savepoint", forget)


@event.listens_for(Session, "after_begin")
def _remember_session(session: Session, _transaction: object, connection: Connection) -> None:
    _sessions[connection] = session


@event.listens_for(Session, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    if state.is_column_load:  # an object that a scoped query has loaded, read again
        state.update_execution_options(is_reload=True)
        return
    account_id = state.session.info.get("account_id")
    if account_id is None or state.execution_options.get("cross_account"):
        return
    state.statement = state.statement.options(
        with_loader_criteria(AccountOwned, lambda cls: cls.account_id == account_id, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _refuse_others(session: Session, _context: object, _instances: object) -> None:
    """Whoever acts for an account writes no object of another one."""
    account_id = session.info.get("account_id")
    for item in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(item, AccountOwned):
            continue
        if account_id is not None and item.account_id != account_id:
            raise WrongAccount(f"{type(item).__name__} of account {item.account_id}, not of {account_id}")
        if item in session.dirty and sa.inspect(item).attrs.account_id.history.has_changes():
            raise WrongAccount(f"{type(item).__name__} is to change its account")


class ScopedSession(FlaskSession):
    """Tells the guard when the unit of work writes objects that a scoped query has loaded."""

    def flush(self, objects: Any = None) -> None:
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


def _scope_of(
    connection: Connection, statement: str, values: Any, context: Any, metadata: sa.MetaData, options: Any
) -> Scope:
    """The rows that a statement may touch; raises WrongAccount. Objects that a scoped query has loaded may be
    written and read again."""
    session = _sessions.get(connection)
    expected = session.info.get("account_id") if session is not None else None
    is_known = _flushing.get() or options.get("is_reload")
    if is_known and expected is not None:
        return cast(int, expected)
    try:
        found = _accounts_of(connection, statement, values, context, metadata)
    except WrongAccount:
        if is_known:
            return Reach.EVERYBODY
        raise
    if not found:
        return Reach.NOBODY if expected is None else cast(int, expected)
    if len(found) != 1 or (expected is not None and found != {expected}):
        if is_known:
            return Reach.EVERYBODY
        raise WrongAccount(f"for {expected or 'one account'}, but names {found}: {statement[:300]}")
    [account] = found
    return Reach.EVERYBODY if account is None else cast(int, account)


def _accounts_of(
    connection: Connection, statement: str, values: Any, context: Any, metadata: sa.MetaData
) -> set[Any]:
    """The accounts that all executions of a statement name; raises WrongAccount when it does not say."""
    compiled = getattr(context, "compiled", None)
    # As it was compiled once, before lists and rows of values are written out: the same text each time.
    text = statement if compiled is None else compiled.string
    try:
        accounts = _accounts_named(text, connection.dialect.name, metadata)
    except NotUnderstood as error:
        raise WrongAccount(f"{error}: {statement[:300]}") from None
    return set().union(*_values_of(accounts, values, context)) if accounts else set()


@lru_cache(maxsize=4096)
def _accounts_named(statement: str, dialect: str, metadata: sa.MetaData) -> tuple[int | Given, ...]:
    """The accounts that a statement names; read once, it costs nothing. Refusals are not kept."""
    common = _common.union(metadata.tables) - _owned
    tables = Tables(frozenset(_owned), frozenset(common), frozenset(_shared))
    return accounts_named(statement, dialect, tables)


def _values_of(accounts: Iterable[int | Given], values: Any, context: Any) -> Iterator[set[Any]]:
    """The accounts that each execution of the statement names."""
    compiled = getattr(context, "compiled", None)
    if compiled is not None:
        names = compiled.positiontup
        for named in context.compiled_parameters:
            yield {
                one if isinstance(one, int) else named[names[one.key] if names else one.key]
                for one in accounts
            }
        return
    for one_set in values if isinstance(values, list) else (values,):
        yield {one if isinstance(one, int) else one_set[one.key] for one in accounts}


def checked_rows(
    table: sa.Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], account_id: int | None
) -> Iterable[tuple[Any, ...]]:
    """The rows of a bulk load, which no statement shows: all must be of one account, of `account_id` when
    somebody acts for it."""
    if table.name not in _owned:
        return rows
    if "account_id" not in columns:
        raise WrongAccount(f"rows of {table.name} without an account_id")
    return _rows_of_one(table.name, list(columns).index("account_id"), rows, account_id)


def _rows_of_one(
    table: str, place: int, rows: Iterable[tuple[Any, ...]], account_id: int | None
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if account_id is None:
            account_id = row[place]
        if row[place] is None or row[place] != account_id:
            raise WrongAccount(f"a row of {table} of account {row[place]}, not of {account_id}")
        yield row

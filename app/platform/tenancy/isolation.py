"""Tenant isolation: every statement on an account's data must be bound to one account.

ORM queries get that condition automatically, from the account the session acts for. In addition, every
statement is parsed before it reaches the driver, and refused if it uses a table with accounts' data without
binding it to one account, or binds it to another account than the session's. The few statements that must
cross accounts are marked with `.execution_options(cross_account=True)`.
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

from app.platform.tenancy.sql.parts import NotUnderstood, Tables
from app.platform.tenancy.sql.statements import Given, accounts_named

_owned: set[str] = set()
_shared: set[str] = set()
_lent: set[str] = set()
_common: set[str] = {"alembic_version"}
_sessions: WeakKeyDictionary[Connection, Session] = WeakKeyDictionary()
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


class Reach(Enum):
    """The rows a statement may use if it is not bound to one account: no account's, or all."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"


Scope: TypeAlias = int | Reach


class AccountOwned:
    """Mixin for tables that contain accounts' data."""

    account_id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), sort_order=-1, nullable=False
    )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if name := cls.__dict__.get("__tablename__"):
            own(name)


class WrongAccount(Exception):
    """A statement is not bound to the right account. Always a programming error, never a user's."""


def own(table: str, is_shared: bool = False, is_lent: bool = False) -> None:
    """Guard a table with an `account_id`. If it `is_shared`, rows without an account are for everybody.

    If it `is_lent`, accounts share rows with others: a query with the option `reads_lent` need not bind it.
    Its own condition says which rows those are, and on PostgreSQL a policy for the acting account.
    """
    _owned.add(table)
    if is_shared:
        _shared.add(table)
    if is_lent:
        _lent.add(table)
    _accounts_named.cache_clear()


def is_owned(table: str) -> bool:
    """Return whether the rows of a table belong to accounts."""
    return table in _owned


def know(table: str) -> None:
    """Register a table outside the app's metadata that belongs to no account."""
    _common.add(table)


@contextmanager
def acting_for(account_id: int) -> Iterator[None]:
    """Limit ORM queries of the current session to the rows of `account_id`."""
    info = _session().info
    before = info.get("account_id")
    info["account_id"] = account_id
    try:
        yield
    finally:
        info["account_id"] = before


def act_for(account_id: int | None) -> None:
    """Do the same until the session ends, for a web request."""
    _session().info["account_id"] = account_id


def _session() -> Session:
    """Return the session of this request or task, from the app, as `database` imports this module."""
    return cast(Session, current_app.extensions["sqlalchemy"].session())


def guard(engine: Engine, metadata: sa.MetaData) -> None:
    """Check every statement that `engine` executes. Tables of `metadata` that are not owned belong to all."""

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
    if state.is_column_load:  # reloads an object that a scoped query has loaded
        state.update_execution_options(is_reload=True)
        return
    account_id = state.session.info.get("account_id")
    if account_id is None or state.execution_options.get("cross_account"):
        return
    state.statement = state.statement.options(_only_of(account_id))


@lru_cache(maxsize=1024)
def _only_of(account_id: int) -> Any:
    """Return the option that limits an ORM statement to the rows of an account."""
    return with_loader_criteria(AccountOwned, lambda cls: cls.account_id == account_id, include_aliases=True)


@event.listens_for(Session, "before_flush")
def _refuse_others(session: Session, _context: object, _instances: object) -> None:
    """Refuse to flush objects of another account than the session acts for."""
    account_id = session.info.get("account_id")
    for item in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(item, AccountOwned):
            continue
        if account_id is not None and item.account_id != account_id:
            raise WrongAccount(f"{type(item).__name__} of account {item.account_id}, not of {account_id}")
        if item in session.dirty and sa.inspect(item).attrs.account_id.history.has_changes():
            raise WrongAccount(f"{type(item).__name__} is to change its account")


class ScopedSession(FlaskSession):
    """A session that tells the guard when a flush writes objects that a scoped query has loaded."""

    def flush(self, objects: Any = None) -> None:
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


def _scope_of(
    connection: Connection, statement: str, values: Any, context: Any, metadata: sa.MetaData, options: Any
) -> Scope:
    """Return the rows that a statement may use. Raises WrongAccount.

    Objects that a scoped query has loaded may be written and reloaded.
    """
    session = _sessions.get(connection)
    expected = session.info.get("account_id") if session is not None else None
    is_known = _flushing.get() or options.get("is_reload")
    if is_known and expected is not None:
        return cast(int, expected)
    try:
        found = _accounts_of(
            connection, statement, values, context, metadata, bool(options.get("reads_lent"))
        )
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
    connection: Connection,
    statement: str,
    values: Any,
    context: Any,
    metadata: sa.MetaData,
    reads_lent: bool,
) -> set[Any]:
    """Return the accounts that all executions of a statement name. Raises WrongAccount if it names none."""
    compiled = getattr(context, "compiled", None)
    # The text as compiled, before lists of values are expanded, is the same each time.
    text = statement if compiled is None else compiled.string
    if reads_lent and not text.lstrip().startswith("SELECT "):
        raise WrongAccount(f"only a query may read what others share: {statement[:300]}")
    try:
        accounts = _accounts_named(text, connection.dialect.name, metadata, reads_lent)
    except NotUnderstood as error:
        raise WrongAccount(f"{error}: {statement[:300]}") from None
    return set().union(*_values_of(accounts, values, context)) if accounts else set()


@lru_cache(maxsize=4096)
def _accounts_named(
    statement: str, dialect: str, metadata: sa.MetaData, reads_lent: bool
) -> tuple[int | Given, ...]:
    """Return the accounts that a statement names. Cached, except for refusals."""
    owned = _owned - _lent if reads_lent else _owned
    common = _common.union(metadata.tables) - owned
    tables = Tables(frozenset(owned), frozenset(common), frozenset(_shared))
    return accounts_named(statement, dialect, tables)


def _values_of(accounts: Iterable[int | Given], values: Any, context: Any) -> Iterator[set[Any]]:
    """Yield the accounts that each execution of the statement names."""
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
    """Check the rows of a bulk load, whose statement does not contain their account.

    All must be of one account, of `account_id` if it is given. Raises WrongAccount.
    """
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

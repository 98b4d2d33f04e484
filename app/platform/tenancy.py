"""No statement reads or changes an account's rows without saying whose.

ORM queries get the condition by themselves from the account the session acts for. Every statement
that reaches the driver is then looked at once more: one that touches a table of accounts' data
without an `account_id` condition on it is refused. The few statements that must cross accounts
say so with `.execution_options(cross_account=True)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from app.platform.statements import unscoped_table

_owned: set[str] = set()
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


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


def own(table: str) -> None:
    """Guard a table that does not inherit `AccountOwned` but has an `account_id` all the same."""
    _owned.add(table)
    _unscoped_table.cache_clear()


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


def guard(engine: Engine) -> None:
    """Watch every statement that `engine` executes."""
    event.listen(engine, "before_cursor_execute", _refuse_unscoped)


@event.listens_for(Session, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    if state.is_column_load:  # an object that a scoped query has loaded, read again
        state.update_execution_options(cross_account=True)
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
    for item in (*session.new, *session.dirty, *session.deleted) if account_id is not None else ():
        if isinstance(item, AccountOwned) and item.account_id != account_id:
            raise WrongAccount(f"{type(item).__name__} of account {item.account_id}, not of {account_id}")


class ScopedSession(FlaskSession):
    """Tells the guard when the unit of work writes objects that a scoped query has loaded."""

    def flush(self, objects: Any = None) -> None:
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


def _refuse_unscoped(
    connection: Connection, _cursor: object, statement: str, _parameters: object, context: Any, _many: bool
) -> None:
    options = connection.get_execution_options() if context is None else context.execution_options
    if _flushing.get() or options.get("cross_account"):
        return
    if table := _unscoped_table(statement):
        raise WrongAccount(f"no account_id condition on {table}: {statement[:300]}")


@lru_cache(maxsize=4096)
def _unscoped_table(statement: str) -> str | None:
    """The first guarded table in `statement` that is not bound to accounts, or None."""
    return unscoped_table(statement, _owned)

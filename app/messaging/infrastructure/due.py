"""Accounts and workflows with messages of a channel that are due, found by jumps through the index of planned
messages, so that many messages of one do not hide those of others."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import BigInt
from app.platform.database.many_rows import constant, execute_built, is_there
from app.platform.database.short_reads import read_built

_ONE: Any = sa.literal_column("1")
_messages = Message.__table__


def accounts_due(channel: str, at: datetime) -> list[int]:
    """Return the ids of the accounts with messages that are due. Takes one look into the index for each."""
    return [row[0] for row in read_built(_accounts_due(channel), {"at": at}, cross_account=True)]


def workflows_due(account_id: int, channel: str, at: datetime) -> list[int]:
    """Return the ids of the workflows with messages that are due."""
    return list(execute_built(_workflows_due(channel), {"of_account": account_id, "at": at}).scalars())


def is_planned(channel: str) -> sa.ColumnElement[bool]:
    """Condition: a message of a channel is planned."""
    one = _messages.c
    return sa.and_(one.channel == constant(channel), one.state == constant(State.PLANNED.value))


@lru_cache
def _accounts_due(channel: str) -> sa.Select[Any]:
    """The accounts with planned messages are found by jumps through the index of planned messages."""
    one = _messages.c
    planned = is_planned(channel)
    order = (one.account_id, one.workflow_id, one.due_at)
    first = sa.select(one.account_id).where(planned).order_by(*order).limit(_ONE)
    found = sa.select(first.scalar_subquery().label("account_id")).cte("found", recursive=True)
    after = sa.select(one.account_id).where(planned, one.account_id > found.c.account_id).order_by(*order)
    following = sa.select(after.limit(_ONE).scalar_subquery()).where(found.c.account_id.is_not(None))
    found = found.union_all(following)
    due = (
        sa.select(one.id)
        .where(planned, one.account_id == found.c.account_id, one.due_at <= _moment("at"))
        .order_by(one.workflow_id, one.due_at)
    )
    return sa.select(found.c.account_id).where(found.c.account_id.is_not(None), is_there(due))


@lru_cache
def _workflows_due(channel: str) -> sa.Select[Any]:
    """One look into the index for each workflow with planned messages."""
    one = _messages.c
    planned = sa.and_(one.account_id == _id("of_account"), is_planned(channel))
    order = (one.workflow_id, one.due_at)
    first = sa.select(one.workflow_id).where(planned).order_by(*order).limit(_ONE)
    found = sa.select(first.scalar_subquery().label("workflow_id")).cte("found", recursive=True)
    after = sa.select(one.workflow_id).where(planned, one.workflow_id > found.c.workflow_id).order_by(*order)
    following = sa.select(after.limit(_ONE).scalar_subquery()).where(found.c.workflow_id.is_not(None))
    found = found.union_all(following)
    earliest = (
        sa.select(one.due_at)
        .where(planned, one.workflow_id == found.c.workflow_id)
        .order_by(one.due_at)
        .limit(_ONE)
        .scalar_subquery()
    )
    return sa.select(found.c.workflow_id).where(earliest <= _moment("at"))


def _id(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=BigInt)


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=_messages.c.due_at.type)

"""Accounts and workflows with messages of a channel that are due. One index lookup per account or workflow,
so that many messages of one do not delay those of others."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.claims.leases import moment
from app.platform.database import session
from app.platform.database.many_rows import constant, execute_built, id_param, is_there, moment_param
from app.platform.database.short_reads import read_built
from app.platform.database.skip_scan import distinct_values

_ONE: Any = sa.literal_column("1")
_messages = Message.__table__


def accounts_due(channel: str, at: datetime) -> list[int]:
    """Return the ids of the accounts with messages that are due."""
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
    one = _messages.c
    planned = is_planned(channel)
    account_id = distinct_values(one.account_id, planned, one.workflow_id, one.due_at).c.account_id
    due = (
        sa.select(one.id)
        .where(planned, one.account_id == account_id, one.due_at <= moment_param("at"))
        .order_by(one.workflow_id, one.due_at)
    )
    return sa.select(account_id).where(is_there(due))


@lru_cache
def _workflows_due(channel: str) -> sa.Select[Any]:
    one = _messages.c
    planned = sa.and_(one.account_id == id_param("of_account"), is_planned(channel))
    workflow_id = distinct_values(one.workflow_id, planned, one.due_at).c.workflow_id
    earliest = (
        sa.select(one.due_at)
        .where(planned, one.workflow_id == workflow_id)
        .order_by(one.due_at)
        .limit(_ONE)
        .scalar_subquery()
    )
    return sa.select(workflow_id).where(earliest <= moment_param("at"))


def expired(seconds: float) -> int:
    """Return the number of messages of all accounts whose lease ended so many seconds ago, although nobody
    has looked at them since."""
    one = _messages.c
    query = sa.select(sa.func.count()).where(
        one.state == constant(State.SENDING.value), one.lease_until < moment(-seconds)
    )
    return session().scalar(query, execution_options={"cross_account": True}) or 0

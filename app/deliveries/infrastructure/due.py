"""What is due: accounts, in an account workflows, and in a workflow hosts.

One index lookup per account, workflow, or host, however many deliveries are planned. The search takes one
column at a time, because databases do not turn a comparison of two columns into such a lookup.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.deliveries.domain.states import State
from app.deliveries.infrastructure.tables import Delivery
from app.platform.database.many_rows import constant, execute_built, id_param, is_there, moment_param
from app.platform.database.short_reads import read_built
from app.platform.database.skip_scan import distinct_values

_deliveries = Delivery.__table__
_ONE: Any = sa.literal_column("1")


def accounts_due(at: datetime) -> list[int]:
    """Return the ids of the accounts with deliveries that are due."""
    return [row[0] for row in read_built(_accounts_due(), {"at": at}, cross_account=True)]


def workflows_due(account_id: int, at: datetime) -> list[int]:
    """Return the ids of the workflows with deliveries that are due."""
    return list(execute_built(_workflows_due(), {"of_account": account_id, "at": at}).scalars())


def hosts_due(account_id: int, workflow_id: int, at: datetime) -> list[str]:
    """Return the hosts to which deliveries of a workflow are due."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "at": at}
    return list(execute_built(_hosts_due(), values).scalars())


@lru_cache
def _accounts_due() -> sa.Select[Any]:
    one = _deliveries.c
    is_planned = one.state == constant(State.PLANNED.value)
    index_continues = (one.workflow_id, one.host, one.due_at)
    account_id = distinct_values(one.account_id, is_planned, *index_continues).c.account_id
    due = sa.select(one.id).where(is_planned, one.account_id == account_id, one.due_at <= moment_param("at"))
    return sa.select(account_id).where(is_there(due))


@lru_cache
def _workflows_due() -> sa.Select[Any]:
    one = _deliveries.c
    is_planned = sa.and_(one.account_id == id_param("of_account"), one.state == constant(State.PLANNED.value))
    workflow_id = distinct_values(one.workflow_id, is_planned, one.host, one.due_at).c.workflow_id
    due = sa.select(one.id).where(
        is_planned, one.workflow_id == workflow_id, one.due_at <= moment_param("at")
    )
    return sa.select(workflow_id).where(is_there(due))


@lru_cache
def _hosts_due() -> sa.Select[Any]:
    one = _deliveries.c
    is_planned = sa.and_(
        one.account_id == id_param("of_account"),
        one.workflow_id == id_param("of_workflow"),
        one.state == constant(State.PLANNED.value),
    )
    host = distinct_values(one.host, is_planned, one.due_at).c.host
    earliest = (
        sa.select(one.due_at)
        .where(is_planned, one.host == host)
        .order_by(one.due_at)
        .limit(_ONE)
        .scalar_subquery()
    )
    return sa.select(host).where(earliest <= moment_param("at"))

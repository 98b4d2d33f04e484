"""What is due: accounts, and in an account the lanes, which are the pairs of workflow and host.

Each takes one look into the index of planned deliveries, however many are planned.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.deliveries.domain.states import State
from app.deliveries.infrastructure.tables import Delivery
from app.platform.database import BigInt
from app.platform.database.many_rows import constant, execute_built, is_there
from app.platform.database.short_reads import read_built

_deliveries = Delivery.__table__
_ONE: Any = sa.literal_column("1")
_ORDER = (
    _deliveries.c.account_id,
    _deliveries.c.workflow_id,
    _deliveries.c.host,
    _deliveries.c.due_at,
)


class Lane(NamedTuple):
    """Deliveries of a workflow to a host, some of which are due."""

    workflow_id: int
    host: str


def accounts_due(at: datetime) -> list[int]:
    """Return the ids of the accounts with deliveries that are due."""
    return [row[0] for row in read_built(_accounts_due(), {"at": at}, cross_account=True)]


def lanes_due(account_id: int, at: datetime) -> list[Lane]:
    """Return the lanes of an account with deliveries that are due, in order."""
    found = execute_built(_lanes_due(), {"of_account": account_id, "at": at})
    return sorted(Lane(*row) for row in found)


@lru_cache
def _accounts_due() -> sa.Select[Any]:
    one = _deliveries.c
    is_planned = one.state == constant(State.PLANNED.value)
    first = sa.select(one.account_id).where(is_planned).order_by(*_ORDER).limit(_ONE)
    found = sa.select(first.scalar_subquery().label("account_id")).cte("found", recursive=True)
    after = sa.select(one.account_id).where(is_planned, one.account_id > found.c.account_id).order_by(*_ORDER)
    following = sa.select(after.limit(_ONE).scalar_subquery()).where(found.c.account_id.is_not(None))
    found = found.union_all(following)
    due = sa.select(one.id).where(
        is_planned, one.account_id == found.c.account_id, one.due_at <= _moment("at")
    )
    return sa.select(found.c.account_id).where(found.c.account_id.is_not(None), is_there(due))


@lru_cache
def _lanes_due() -> sa.Select[Any]:
    one, following = _deliveries.c, _deliveries.alias("following")
    is_planned = sa.and_(
        one.account_id == sa.bindparam("of_account", type_=BigInt),
        one.state == constant(State.PLANNED.value),
    )
    first = sa.select(one.id).where(is_planned).order_by(*_ORDER).limit(_ONE).scalar_subquery()
    lane = (following.c.workflow_id, following.c.host, following.c.due_at)
    is_mine = following.c.account_id == sa.bindparam("of_account", type_=BigInt)
    found = sa.select(*lane).where(is_mine, following.c.id == first).cte("found", recursive=True)
    is_after = sa.tuple_(one.workflow_id, one.host) > sa.tuple_(found.c.workflow_id, found.c.host)
    after = sa.select(one.id).where(is_planned, is_after).order_by(*_ORDER).limit(_ONE)
    steps = (
        sa.select(*lane)
        .select_from(found)
        .join(following, following.c.id == after.correlate(found).scalar_subquery())
        .where(is_mine)
    )
    found = found.union_all(steps)
    return sa.select(found.c.workflow_id, found.c.host).where(found.c.due_at <= _moment("at"))


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=_deliveries.c.due_at.type)

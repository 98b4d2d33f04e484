"""Numbers that stop workflows, and which workflows have stopped."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.pace.brakes import MOST_LOOKED_AT, Brake, Reason, Results
from app.messaging.domain.states import State
from app.messaging.infrastructure.pace.tables import SendingDay, WorkflowBrake
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constant, execute_built, id_param
from app.platform.database.upserts import insert_into

_days, _messages = SendingDay.__table__, Message.__table__
_LOOKED_AT = (State.SENT, State.DELIVERED, State.BOUNCED, State.FAILED)


def count_sent(account_id: int, workflow_id: int, day: date, messages: int) -> None:
    """Add messages to those that a workflow has sent on a day."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "on": day, "more": messages}
    execute_built(_count_sent(is_sqlite()), values)


def sent_on(account_id: int, workflow_id: int, day: date, since: date) -> tuple[int, int]:
    """Return how many messages a workflow has sent on a day, and the most on an earlier one since then."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "on": day, "since": since}
    today, largest = execute_built(_sent_on(), values).one()
    return today or 0, largest or 0


def results_of(account_id: int, workflow_id: int, since: datetime) -> Results:
    """Return what became of the latest messages of a workflow since a time: those that were sent, and those
    that a mail server refused for good."""
    messages, bounces, complaints = session().execute(_results(account_id, workflow_id, since)).one()
    return Results(messages, bounces or 0, complaints)


def row_of(account_id: int, workflow_id: int) -> WorkflowBrake | None:
    query = sa.select(WorkflowBrake).where(
        WorkflowBrake.account_id == account_id, WorkflowBrake.workflow_id == workflow_id
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def stopped(account_id: int) -> list[WorkflowBrake]:
    """Return the brakes of the workflows that have stopped, the latest first."""
    query = (
        sa.select(WorkflowBrake)
        .where(WorkflowBrake.account_id == account_id, WorkflowBrake.reason.is_not(None))
        .order_by(WorkflowBrake.stopped_at.desc(), WorkflowBrake.workflow_id)
    )
    return list(session().scalars(query, execution_options={"populate_existing": True}))


def save(account_id: int, workflow_id: int, **values: Any) -> None:
    """Change the brake of a workflow."""
    known = row_of(account_id, workflow_id)
    if known is None:
        session().add(WorkflowBrake(account_id=account_id, workflow_id=workflow_id, **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    session().flush()


def brake_in(row: WorkflowBrake) -> Brake | None:
    """Return why a workflow has stopped; None if it goes on."""
    facts: Mapping[str, int] = row.facts or {}
    return Brake(Reason(row.reason), facts) if row.reason else None


def _results(account_id: int, workflow_id: int, since: datetime) -> sa.Select[Any]:
    """One range of an index for each state, in the order of ids."""
    parts = []
    for state in _LOOKED_AT:
        part = sa.select(Message.id, Message.state, Message.complained_at).where(
            Message.account_id == account_id,
            Message.workflow_id == workflow_id,
            Message.state == constant(state.value),
            Message.channel == constant("email"),
            sa.func.coalesce(Message.sent_at, Message.settled_at) > since,
        )
        if state == State.FAILED:
            part = part.where(Message.sender_id.is_not(None))
        part = part.order_by(Message.id.desc()).limit(MOST_LOOKED_AT)
        parts.append(sa.select(*part.subquery().c))
    every = sa.union_all(*parts).subquery()
    looked_at = sa.select(*every.c).order_by(every.c.id.desc()).limit(MOST_LOOKED_AT).subquery()
    came_back = looked_at.c.state.in_([State.BOUNCED.value, State.FAILED.value])
    columns: list[Any] = [
        sa.func.count(),
        sa.func.sum(sa.case((came_back, 1), else_=0)),
        sa.func.count(looked_at.c.complained_at),
    ]
    return sa.select(*columns).select_from(looked_at)


@lru_cache
def _count_sent(on_sqlite: bool) -> Any:
    more = sa.bindparam("more", type_=sa.Integer)
    values = {
        "account_id": id_param("of_account"),
        "workflow_id": id_param("of_workflow"),
        "day": sa.bindparam("on", type_=sa.Date),
        "messages": more,
    }
    insert = insert_into(_days, on_sqlite).values(**values)
    return insert.on_conflict_do_update(
        index_elements=["account_id", "workflow_id", "day"], set_={"messages": _days.c.messages + more}
    )


@lru_cache
def _sent_on() -> sa.Select[Any]:
    one, on = _days.c, sa.bindparam("on", type_=sa.Date)
    of_workflow = (
        one.account_id == id_param("of_account"),
        one.workflow_id == id_param("of_workflow"),
    )
    earlier = sa.and_(one.day < on, one.day >= sa.bindparam("since", type_=sa.Date))
    today = sa.select(one.messages).where(*of_workflow, one.day == on).scalar_subquery()
    largest = sa.select(sa.func.max(one.messages)).where(*of_workflow, earlier).scalar_subquery()
    return sa.select(today, largest)

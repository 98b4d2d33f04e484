"""Messages that count for the frequency cap, and those that are beyond it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.messaging.domain.pace.frequency import FrequencyCap
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite
from app.platform.database.many_rows import constant, constants, execute_built, id_param, moment_param
from app.platform.database.short_reads import in_ids

_messages = Message.__table__
_REACHED = (State.SENT, State.DELIVERED, State.BOUNCED, State.UNCERTAIN)


class Held(NamedTuple):
    """A message beyond the cap. `answer` is what it said before."""

    id: int
    contact_id: int
    enrollment_id: int
    step_id: str
    visit: int
    answer: str


def cap_values(cap: FrequencyCap, at: datetime) -> dict[str, Any]:
    """Return the parameters of `is_below_cap`."""
    return {"cap_messages": cap.messages, "cap_since": at - cap.window}


def is_below_cap(message: Any) -> sa.ColumnElement[bool]:
    """Condition: the contact of a message may get it now."""
    other = _messages.alias("other")
    counted = (
        sa.select(sa.func.count())
        .select_from(other)
        .where(_of_account(other.c), other.c.contact_id == message.contact_id, _counts(other.c))
        .scalar_subquery()
    )
    return counted < sa.bindparam("cap_messages", type_=sa.Integer)


def beyond_cap(account_id: int, ids: Sequence[int], cap: FrequencyCap, at: datetime) -> list[Held]:
    """Return those of these messages that are due, but beyond the cap."""
    values = {"of_account": account_id, "ids": ids, "at": at, **cap_values(cap, at)}
    return [Held._make(row) for row in execute_built(_beyond(is_sqlite()), values)]


def counted_times(
    account_id: int, contact_ids: Sequence[int], cap: FrequencyCap, at: datetime
) -> Mapping[int, Sequence[datetime | None]]:
    """Return {contact id: times of the messages that count}; None for those that are being sent."""
    values = {"of_account": account_id, "ids": contact_ids, "cap_since": at - cap.window}
    found: dict[int, list[datetime | None]] = defaultdict(list)
    for contact_id, state, when in execute_built(_counted(is_sqlite()), values):
        found[contact_id].append(None if state == State.SENDING.value else when)
    return found


def _counts(one: Any) -> sa.ColumnElement[bool]:
    """Condition: a message has been, or is being, sent since a time, or may have been."""
    since = sa.bindparam("cap_since", type_=_messages.c.settled_at.type)
    when = sa.func.coalesce(one.settled_at, one.due_at)
    reached = sa.and_(one.state.in_(constants(state.value for state in _REACHED)), when > since)
    return sa.or_(one.state == constant(State.SENDING.value), reached)


@lru_cache
def _beyond(on_sqlite: bool) -> sa.Select[Any]:
    one = _messages.c
    return (
        sa.select(*(one[name] for name in Held._fields))
        .where(
            _of_account(one),
            in_ids(one.id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
            one.due_at <= moment_param("at"),
            ~is_below_cap(one),
        )
        .order_by(one.id)
    )


@lru_cache
def _counted(on_sqlite: bool) -> sa.Select[Any]:
    one = _messages.c
    when = sa.func.coalesce(one.settled_at, one.due_at)
    return sa.select(one.contact_id, one.state, when).where(
        _of_account(one), in_ids(one.contact_id, "ids", on_sqlite), _counts(one)
    )


def _of_account(one: Any) -> sa.ColumnElement[bool]:
    is_own: sa.ColumnElement[bool] = one.account_id == id_param("of_account")
    return is_own

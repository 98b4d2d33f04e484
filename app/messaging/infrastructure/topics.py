"""Planned emails about topics that their contacts have stopped."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import has_stopped
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite
from app.platform.database.many_rows import constant, execute_built, id_param
from app.platform.database.short_reads import in_ids

_messages = Message.__table__


class Stopped(NamedTuple):
    """An email about a topic that its contact has stopped."""

    id: int
    enrollment_id: int
    step_id: str
    visit: int
    topic: str


def is_stopped(message: Any) -> sa.ColumnElement[bool]:
    """Condition: the contact of a message gets no more emails about its topic."""
    account_id = id_param("of_account")
    return sa.and_(message.topic.is_not(None), has_stopped(account_id, message.contact_id, message.topic))


def stopped_among(account_id: int, ids: Sequence[int]) -> list[Stopped]:
    """Return those of these planned messages that are about stopped topics."""
    found = execute_built(_stopped(is_sqlite()), {"of_account": account_id, "ids": ids})
    return [Stopped._make(row) for row in found]


@lru_cache
def _stopped(on_sqlite: bool) -> sa.Select[Any]:
    one = _messages.c
    return (
        sa.select(*(one[name] for name in Stopped._fields))
        .where(
            one.account_id == id_param("of_account"),
            in_ids(one.id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
            is_stopped(one),
        )
        .order_by(one.id)
    )

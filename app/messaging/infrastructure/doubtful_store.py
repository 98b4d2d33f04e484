"""Writes of messages that may or may not have been sent. Each changes only those that still are uncertain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.database.many_rows import with_ids

_messages = Message.__table__


class Uncertain(NamedTuple):
    id: int
    contact_id: int
    enrollment_id: int
    step_id: str
    visit: int


def uncertain(account_id: int, message_id: int | None) -> list[Uncertain]:
    """Return the uncertain messages, or the one with that id if it is uncertain."""
    one = _messages.c
    query = sa.select(*(one[name] for name in Uncertain._fields)).where(
        one.account_id == account_id, one.state == State.UNCERTAIN.value
    )
    if message_id is not None:
        query = query.where(one.id == message_id)
    return [Uncertain(*row) for row in session().execute(query.order_by(one.id))]


def plan_again(account_id: int, ids: Sequence[int], at: datetime) -> int:
    """Plan messages again, to be sent at once; return how many."""
    return len(_change(account_id, ids, state=State.PLANNED.value, due_at=at, answer="", settled_at=None))


def count_as_sent(account_id: int, ids: Sequence[int], answer: str, at: datetime) -> list[Uncertain]:
    """Let messages count as sent; return those that do now."""
    return _change(account_id, ids, state=State.SENT.value, answer=answer, settled_at=at, sent_at=at)


def _change(account_id: int, ids: Sequence[int], **values: Any) -> list[Uncertain]:
    one = _messages.c
    statement = (
        sa.update(_messages)
        .where(*with_ids(_messages, account_id, ids), one.state == State.UNCERTAIN.value)
        .values(**values)
        .returning(*(one[name] for name in Uncertain._fields))
    )
    return [Uncertain(*row) for row in session().execute(statement)] if ids else []

"""Who got a message, found by its token, and their messages that were withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import session

_messages = Message.__table__


class Addressee(NamedTuple):
    """Whom the message with this id is for. `address` and `subject` are None until it is sent;
    `unsubscribed_at` is when its link was used, `topic` what it is about, if anything."""

    id: int
    account_id: int
    contact_id: int
    workflow_id: int
    address: str | None
    subject: str | None
    unsubscribed_at: datetime | None
    topic: str | None


def addressee_of(token: str, account_id: int | None = None) -> Addressee | None:
    """Return whom the message with this token is for, of an account, or of whatever account."""
    query = sa.select(*(_messages.c[name] for name in Addressee._fields)).where(_messages.c.token == token)
    if account_id is not None:
        query = query.where(_messages.c.account_id == account_id)
    row = session().execute(query, execution_options={"cross_account": True}).one_or_none()
    return Addressee(*row) if row else None


def set_unsubscribed(one: Addressee, at: datetime | None) -> None:
    """Keep when the contact unsubscribed with the link of a message, or, with None, that it undid that."""
    mine = (_messages.c.account_id == one.account_id, _messages.c.id == one.id)
    session().execute(sa.update(_messages).where(*mine).values(unsubscribed_at=at))


def without_message(account_id: int, enrollment_ids: Sequence[int]) -> list[int]:
    """Return those of the enrollments for which no message is still to come."""
    one = _messages.c
    query = sa.select(one.enrollment_id).where(
        one.account_id == account_id,
        one.enrollment_id.in_(enrollment_ids),
        one.state.in_([State.PLANNED.value, State.SENDING.value, State.UNCERTAIN.value]),
    )
    return sorted(set(enrollment_ids) - set(session().scalars(query)))


def plan_again(account_id: int, enrollment_ids: Sequence[int], withdrawn_at: datetime) -> None:
    """Plan those messages of enrollments again that were withdrawn at that moment."""
    one = _messages.c
    session().execute(
        sa.update(_messages)
        .where(
            one.account_id == account_id,
            one.enrollment_id.in_(enrollment_ids),
            one.state == State.WITHDRAWN.value,
            one.settled_at == withdrawn_at,
        )
        .values(state=State.PLANNED.value, settled_at=None)
    )

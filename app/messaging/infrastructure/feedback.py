"""Reads and writes of what becomes of messages after they were sent."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.reactions.tables import Reaction
from app.messaging.infrastructure.tables import Message
from app.platform.database import session

MAX_ANSWER = 300
SOFT, REPLIED = "soft", "replied"
_SENT = (State.SENT.value, State.DELIVERED.value, State.UNCERTAIN.value)
_WERE_SENT = (*_SENT, State.BOUNCED.value)


class Before(NamedTuple):
    """A message as it was before it was returned."""

    state: str
    visit: int


def was_sent(account_id: int, message_id: int) -> bool:
    """Return whether a message was sent, or may have been."""
    return _state(account_id, message_id) in _WERE_SENT


def mark_delivered(account_id: int, message_id: int) -> None:
    session().execute(
        sa.update(Message)
        .where(*_one(account_id, message_id), Message.state == State.SENT.value)
        .values(state=State.DELIVERED.value)
    )


def mark_bounced(account_id: int, message_id: int, answer: str, at: datetime) -> Before | None:
    """Let a message be returned; return it as it was, None if it was returned before."""
    query = sa.select(Message.state, Message.visit).where(
        *_one(account_id, message_id), Message.state.in_(_SENT)
    )
    before = session().execute(query).one_or_none()
    if before is None:
        return None
    values = {"state": State.BOUNCED.value, "answer": answer, "settled_at": at}
    values["sent_at"] = sa.func.coalesce(Message.sent_at, sa.literal(at, Message.sent_at.type))
    session().execute(sa.update(Message).where(*_one(account_id, message_id)).values(values))
    return Before(*before)


def mark_complained(account_id: int, message_id: int, at: datetime) -> bool:
    """Keep when the contact complained about a message; return False if it had done so before."""
    changed = sa.update(Message).where(*_one(account_id, message_id), Message.complained_at.is_(None))
    return session().execute(changed.values(complained_at=at).returning(Message.id)).first() is not None


def has_soft_bounce(account_id: int, message_id: int) -> bool:
    return _has(account_id, message_id, SOFT)


def has_reply(account_id: int, message_id: int) -> bool:
    return _has(account_id, message_id, REPLIED)


def soft_bounces_of(account_id: int, contact_id: int, since: datetime) -> int:
    """Return how many messages to a contact were returned for now since a time."""
    query = (
        sa.select(sa.func.count())
        .select_from(Reaction)
        .join(Message, Message.id == Reaction.message_id)
        .where(
            Reaction.account_id == account_id,
            Message.account_id == account_id,
            Message.contact_id == contact_id,
            Reaction.kind == SOFT,
            Reaction.at > since,
        )
    )
    return session().scalar(query) or 0


def _has(account_id: int, message_id: int, kind: str) -> bool:
    query = sa.select(Reaction.id).where(
        Reaction.account_id == account_id, Reaction.message_id == message_id, Reaction.kind == kind
    )
    return session().scalar(query.limit(1)) is not None


def _state(account_id: int, message_id: int) -> str | None:
    return session().scalar(sa.select(Message.state).where(*_one(account_id, message_id)))


def _one(account_id: int, message_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Message.account_id == account_id, Message.id == message_id

"""Reads of messages."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from app.messaging.infrastructure.tables import Message
from app.platform.database import session


def messages_of_contact(account_id: int, contact_id: int) -> int:
    """Return the number of messages that know something of a contact."""
    query = sa.select(sa.func.count()).where(
        Message.account_id == account_id, Message.contact_id == contact_id, Message.address.is_not(None)
    )
    return session().scalar(query) or 0


class Named(NamedTuple):
    """What a timeline says of a message; the subject of a text message is empty."""

    channel: str
    subject: str


def names_of(account_id: int, ids: Collection[int]) -> dict[int, Named]:
    """Return {message id: its channel and subject} of the messages with these ids."""
    query = sa.select(Message.id, Message.channel, Message.subject).where(
        Message.account_id == account_id, Message.id.in_(set(ids))
    )
    return {key: Named(channel, subject or "") for key, channel, subject in session().execute(query)}

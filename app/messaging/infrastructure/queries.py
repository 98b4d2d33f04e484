"""Reads of messages."""

from collections.abc import Collection

import sqlalchemy as sa

from app.messaging.infrastructure.tables import Message
from app.platform.database import session


def messages_of_contact(account_id: int, contact_id: int) -> int:
    """Return the number of messages that know something of a contact."""
    query = sa.select(sa.func.count()).where(
        Message.account_id == account_id, Message.contact_id == contact_id, Message.address.is_not(None)
    )
    return session().scalar(query) or 0


def subjects(account_id: int, ids: Collection[int]) -> dict[int, str]:
    """Return {message id: subject} of the messages with these ids; empty for an SMS."""
    query = sa.select(Message.id, Message.subject).where(
        Message.account_id == account_id, Message.id.in_(set(ids))
    )
    return {key: subject or "" for key, subject in session().execute(query)}

"""Which emails that belong to no workflow were sent: they count toward the limits of their senders."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.messaging.infrastructure.tables import SentTransactionalEmail
from app.platform.database import session

_PLAIN: Final = {"synchronize_session": False}


def add(account_id: int, sender_id: int, at: datetime) -> None:
    """Count an email that a sender has handed over to a mail server, also if it was not taken."""
    session().execute(
        sa.insert(SentTransactionalEmail).values(account_id=account_id, sender_id=sender_id, sent_at=at)
    )


def sent_since(account_id: int, sender_id: int, since: datetime) -> int:
    """Return how many of them a sender has handed over."""
    query = sa.select(sa.func.count()).where(
        SentTransactionalEmail.account_id == account_id,
        SentTransactionalEmail.sender_id == sender_id,
        SentTransactionalEmail.sent_at > since,
    )
    return session().scalar(query) or 0


def discard_before(moment: datetime, at_most: int) -> int:
    """Forget up to `at_most` of all accounts; return how many."""
    old = (
        sa.select(SentTransactionalEmail.id)
        .where(SentTransactionalEmail.sent_at < moment)
        .order_by(SentTransactionalEmail.sent_at)
    )
    deleted = (
        sa.delete(SentTransactionalEmail)
        .where(SentTransactionalEmail.id.in_(old.limit(at_most)))
        .returning(SentTransactionalEmail.id)
    )
    return len(session().execute(deleted, execution_options=_PLAIN | {"cross_account": True}).all())

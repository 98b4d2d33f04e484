"""Writes of notifications and webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.notifications.infrastructure.tables import Notification, OutgoingEmail, Webhook, WebhookCall
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


def add(row: Notification | OutgoingEmail | WebhookCall) -> None:
    session().add(row)
    session().flush()


def add_many(rows: Sequence[dict[str, Any]]) -> None:
    """Insert notifications, given as their columns. Crosses accounts: each row names its own."""
    crossing = {"cross_account": True}
    session().execute(sa.insert(Notification), list(rows), execution_options=crossing)


def mark_read(account_id: int, user_id: int, at: datetime, *, only: int | None, up_to: int | None) -> int:
    """Mark a person's unread notifications as read: the one with id `only`, or those up to the id `up_to`.

    Return how many were changed.
    """
    conditions = [Notification.id == only] if only is not None else []
    conditions += [Notification.id <= up_to] if up_to is not None else []
    marked = session().execute(
        sa.update(Notification)
        .where(
            Notification.account_id == account_id,
            Notification.user_id == user_id,
            Notification.read_at.is_(None),
            *conditions,
        )
        .values(read_at=at)
        .returning(Notification.id),
        execution_options=_PLAIN,
    )
    return len(marked.all())


def save_webhook(account_id: int, url: str, salt: str, secret: str, user_id: int | None) -> None:
    """Create the account's webhook, or change its address, salt, and secret."""
    known = session().get(Webhook, account_id)
    if known is None:
        made = Webhook(account_id=account_id, url=url, salt=salt, secret=secret, created_by=user_id)
        session().add(made)
    else:
        known.url, known.salt, known.secret = url, salt, secret
    session().flush()


def delete_webhook(account_id: int) -> None:
    session().execute(sa.delete(Webhook).where(Webhook.account_id == account_id), execution_options=_PLAIN)


def forget_subjects(account_id: int, subject_ids: Sequence[str]) -> None:
    """Delete all notifications and deliveries about these subjects."""
    for table in (Notification, OutgoingEmail, WebhookCall):
        session().execute(
            sa.delete(table).where(table.account_id == account_id, table.subject_id.in_(subject_ids)),
            execution_options=_PLAIN,
        )


def forget_addresses(account_id: int, addresses: Sequence[str]) -> None:
    """Delete all emails to these addresses, which are in lower case."""
    session().execute(
        sa.delete(OutgoingEmail).where(
            OutgoingEmail.account_id == account_id, sa.func.lower(OutgoingEmail.address).in_(addresses)
        ),
        execution_options=_PLAIN,
    )


def discard_before(moment: datetime, at_most: int) -> int:
    """Delete what was created before `moment`, in all accounts: the oldest rows of each table, up to
    `at_most`. Return how many were deleted.

    Reads only the rows with the lowest ids, which are the oldest.
    """
    deleted = 0
    for table in (Notification, OutgoingEmail, WebhookCall):
        oldest = sa.select(table.id, table.created_at).order_by(table.id).limit(at_most).subquery()
        gone = session().execute(
            sa.delete(table)
            .where(table.id.in_(sa.select(oldest.c.id).where(oldest.c.created_at < moment)))
            .returning(table.id),
            execution_options=_PLAIN | {"cross_account": True},
        )
        deleted += len(gone.all())
    return deleted

"""Queries for notifications, webhooks, and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.notifications.domain.deliveries import DeliveryStatus
from app.notifications.infrastructure.tables import Notification, OutgoingEmail, Webhook, WebhookCall
from app.platform.database import session
from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import read_built


def notifications_of(account_id: int, user_id: int, before: int | None, limit: int) -> list[Notification]:
    """Return a person's notifications with ids below `before` (None: the newest), newest first."""
    query = sa.select(Notification).where(
        Notification.account_id == account_id, Notification.user_id == user_id
    )
    if before is not None:
        query = query.where(Notification.id < before)
    return list(session().scalars(query.order_by(Notification.id.desc()).limit(limit)))


def was_told(account_id: int, kind: str, subject_id: str, since: datetime) -> bool:
    """Return whether anybody has a notification of this kind about a subject, made since then."""
    query = sa.select(Notification.id).where(
        Notification.account_id == account_id,
        Notification.subject_id == subject_id,
        Notification.kind == kind,
        Notification.created_at >= since,
    )
    return session().scalar(query.limit(1)) is not None


def notification(account_id: int, user_id: int, notification_id: int) -> Notification | None:
    return session().scalar(
        sa.select(Notification).where(
            Notification.account_id == account_id,
            Notification.user_id == user_id,
            Notification.id == notification_id,
        )
    )


def count_unread(account_id: int, user_id: int, at_most: int) -> int:
    """Count a person's unread notifications, up to `at_most`."""
    [(unread,)] = read_built(_unread(at_most), {"of_account": account_id, "of_user": user_id})
    return int(unread)


@lru_cache
def _unread(at_most: int) -> sa.Select[Any]:
    """Built once: every page counts."""
    one = Notification.__table__.c
    unread = (
        sa.select(one.id)
        .where(
            one.account_id == id_param("of_account"),
            one.user_id == id_param("of_user"),
            one.read_at.is_(None),
        )
        .limit(at_most)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(unread)


def webhook_of(account_id: int) -> Webhook | None:
    return session().scalar(
        sa.select(Webhook).where(Webhook.account_id == account_id),
        execution_options={"populate_existing": True},
    )


def newest_calls(account_id: int, limit: int) -> list[WebhookCall]:
    """Return the newest webhook calls, without their bodies."""
    query = (
        sa.select(WebhookCall)
        .where(WebhookCall.account_id == account_id)
        .options(sa.orm.defer(WebhookCall.body, raiseload=True))
        .order_by(WebhookCall.id.desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return list(session().scalars(query))


def emails_about(account_id: int, subject_id: str) -> list[OutgoingEmail]:
    """Return the emails about a subject, oldest first."""
    query = sa.select(OutgoingEmail).where(
        OutgoingEmail.account_id == account_id, OutgoingEmail.subject_id == subject_id
    )
    return list(session().scalars(query.order_by(OutgoingEmail.id)))


def newest_emails(account_id: int, kind: str, subject_ids: Sequence[str]) -> list[Any]:
    """Return (subject id, status, answer, creation) of the newest email of a kind about each subject."""
    about = (
        OutgoingEmail.account_id == account_id,
        OutgoingEmail.subject_id.in_(subject_ids),
        OutgoingEmail.kind == kind,
    )
    newest = sa.select(sa.func.max(OutgoingEmail.id)).where(*about).group_by(OutgoingEmail.subject_id)
    query = sa.select(
        OutgoingEmail.subject_id, OutgoingEmail.status, OutgoingEmail.answer, OutgoingEmail.created_at
    ).where(OutgoingEmail.account_id == account_id, OutgoingEmail.id.in_(newest))
    return list(session().execute(query))


def accounts_with_waiting(table: type[OutgoingEmail] | type[WebhookCall], due: Any) -> Sequence[int]:
    """Return the accounts with deliveries that are due."""
    query = sa.select(table.account_id).where(table.status == DeliveryStatus.WAITING, due).distinct()
    return list(session().scalars(query, execution_options={"cross_account": True}))

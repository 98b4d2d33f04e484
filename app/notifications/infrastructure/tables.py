"""Tables: notifications in the app, emails and webhook calls that are to be delivered, webhooks.

A delivery is a row that workers claim: `lease_until` protects the current attempt, `next_attempt_at` is the
time of the next one. See `delivery_claims.py`.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.notifications.domain.deliveries import MAX_ANSWER_LENGTH, DeliveryStatus
from app.platform.clock import now
from app.platform.database import Authored, BigInt, db
from app.platform.ids import new_public_id
from app.platform.outgoing.rules import MAX_URL_LENGTH
from app.platform.outgoing.signing_secrets import MAX_SAVED
from app.platform.tenancy import AccountOwned

UNREAD = sa.text("read_at IS NULL")
WAITING = sa.text(f"status = '{DeliveryStatus.WAITING}'")


class Notification(AccountOwned, db.Model):
    """A notification of one person. `kind` says what happened, `facts` are what its words need."""

    __tablename__ = "notifications"
    __table_args__ = (
        sa.Index(None, "account_id", "user_id", "id"),
        sa.Index(None, "account_id", "subject_id"),
        sa.Index(
            "ix_notifications_unread", "account_id", "user_id", sqlite_where=UNREAD, postgresql_where=UNREAD
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]


class Delivery:
    """Mixin for what is delivered: `answer` is what the receiver said last, or what went wrong."""

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    status: Mapped[str] = mapped_column(sa.String(10), default=DeliveryStatus.WAITING)
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(MAX_ANSWER_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    attempted_at: Mapped[datetime | None]


class OutgoingEmail(AccountOwned, Delivery, db.Model):
    """An email to be sent. `kind` and `facts` are what its text is made of."""

    __tablename__ = "outgoing_emails"
    __table_args__ = (
        sa.Index(None, "account_id", "subject_id"),
        sa.Index(
            "ix_outgoing_emails_waiting", "account_id", "id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
    )

    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str] = mapped_column(sa.String(254))
    message_id: Mapped[str] = mapped_column(sa.String(36), default=new_public_id)


class Webhook(AccountOwned, Authored, db.Model):
    """An account's webhook. `secret` is encrypted and belongs to `salt`, see `outgoing.signing_secrets`."""

    __tablename__ = "webhooks"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    url: Mapped[str] = mapped_column(sa.String(MAX_URL_LENGTH))
    salt: Mapped[str] = mapped_column(sa.String(64))
    secret: Mapped[str] = mapped_column(sa.String(MAX_SAVED), default="", server_default="")


class WebhookCall(AccountOwned, Delivery, db.Model):
    """A call of the webhook. `body` is sent as it is; `public_id` identifies the call to the receiver."""

    __tablename__ = "webhook_calls"
    __table_args__ = (
        sa.Index(None, "account_id", "id"),
        sa.Index(None, "account_id", "subject_id"),
        sa.Index(
            "ix_webhook_calls_waiting", "account_id", "id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
    )

    public_id: Mapped[str] = mapped_column(sa.String(36), default=new_public_id)
    event: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[str] = mapped_column(sa.Text)
    status_code: Mapped[int | None]
    milliseconds: Mapped[int | None]

"""Table of messages. A unique index prevents two messages of one step to one enrollment."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.contacts.domain.topics import MAX_TOPIC
from app.messaging.domain.states import State
from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned

PLANNED = sa.text(f"state = '{State.PLANNED.value}'")
SENT_BY = sa.text("sender_id IS NOT NULL")
OPEN = sa.text(f"state IN ('{State.SENDING.value}', '{State.UNCERTAIN.value}')")


class Message(AccountOwned, db.Model):
    """A message to a contact. It is planned by a step of a workflow, from `due_at` on it may be sent.

    `token` is random: links to unsubscribe contain it. `merge_values` are
    those with which it was sent, so that it can be shown as it was. `answer` is what the mail server said, or
    why it was not sent; `sender_id` is whom a mail server got it from. `sent_at` is when it was taken, also
    of one that was returned later. `opened_at`, `clicked_at`, and `replied_at` are when a person first did;
    `complained_at` and `unsubscribed_at` when the contact did because of it. `topic` is the key of what an
    email is about, NULL without one. No foreign keys, because thousands are planned at once.
    """

    __tablename__ = "messages"
    __table_args__ = (
        sa.Index("uq_messages_step", "enrollment_id", "step_id", "visit", unique=True),
        sa.Index(
            "ix_messages_planned",
            "channel",
            "account_id",
            "workflow_id",
            "due_at",
            sqlite_where=PLANNED,
            postgresql_where=PLANNED,
        ),
        sa.Index("ix_messages_open", "lease_until", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index(
            "ix_messages_sent_by",
            "sender_id",
            "settled_at",
            sqlite_where=SENT_BY,
            postgresql_where=SENT_BY,
        ),
        sa.Index(None, "account_id", "contact_id", "id"),
        sa.Index(None, "account_id", "state", "id"),
        sa.Index(None, "account_id", "workflow_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    channel: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(10), default=State.PLANNED.value)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    enrollment_id: Mapped[int] = mapped_column(BigInt)
    visit: Mapped[int]
    contact_id: Mapped[int] = mapped_column(BigInt)
    planned_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(sa.String(254))
    subject: Mapped[str | None] = mapped_column(sa.String(250))
    merge_values: Mapped[dict[str, Any] | None]
    answer: Mapped[str] = mapped_column(sa.String(300), default="")
    settled_at: Mapped[datetime | None]
    sender_id: Mapped[int | None] = mapped_column(BigInt)
    opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    topic: Mapped[str | None] = mapped_column(sa.String(MAX_TOPIC))


class MessageCount(AccountOwned, db.Model):
    """A part of the number of messages of a step of a version that were sent, failed, or were skipped on a
    day (UTC), with a result (see `domain.results`). The number is the sum of all parts, and a part may be
    negative. See `summed_parts`."""

    __tablename__ = "message_counts"
    __table_args__ = (sa.Index(None, "account_id", "workflow_id", "day", "step_id", "result"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(sa.String(10))
    result: Mapped[str] = mapped_column(sa.String(12))
    messages: Mapped[int] = mapped_column(BigInt)


class SendingTurn(AccountOwned, db.Model):
    """Whose turn it is to send an account's messages: one task at a time keeps the limits of its senders.
    Without a holder, nobody sends until then."""

    __tablename__ = "sending_turns"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(sa.String(64))
    until: Mapped[datetime | None]


class SentTransactionalEmail(AccountOwned, db.Model):
    """That a sender has handed over an email that belongs to no workflow. It is kept as long as it counts
    toward the sender’s limits, and says nothing about the recipient."""

    __tablename__ = "sent_singles"
    __table_args__ = (sa.Index(None, "account_id", "sender_id", "sent_at"), sa.Index(None, "sent_at"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sender_id: Mapped[int] = mapped_column(BigInt)
    sent_at: Mapped[datetime]

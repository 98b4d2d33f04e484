"""Tables of deliveries, of servers that do not answer, and of signing secrets. A unique index prevents two
deliveries of one step for one enrollment."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.deliveries.domain.attempts import MAX_ANSWER_LENGTH
from app.deliveries.domain.hosts import MAX_HOST_LENGTH
from app.deliveries.domain.requests import MAX_STEP_URL
from app.deliveries.domain.states import State
from app.platform.clock import now
from app.platform.database import BigInt, Json, db
from app.platform.outgoing.signing_secrets import MAX_SAVED
from app.platform.tenancy import AccountOwned

PLANNED = sa.text(f"state = '{State.PLANNED.value}'")
SENDING = sa.text(f"state = '{State.SENDING.value}'")
SETTLED = sa.text("settled_at IS NOT NULL")


class Delivery(AccountOwned, db.Model):
    """A request to other software. It is planned by a step of a workflow, from `due_at` on it may be sent.

    `key` is the Idempotency-Key of every attempt; `host` is that of `url`. `body` is written before the first
    attempt. `attempts` are the latest ones, as JSON. `is_repeated`: a person has sent it again, after
    `attempts_before`. `on_failure` is what becomes of the enrollment if it fails for good. No foreign keys,
    because thousands are planned at once.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        sa.Index(
            "uq_webhook_deliveries_step", "account_id", "enrollment_id", "step_id", "visit", unique=True
        ),
        sa.Index(
            "ix_webhook_deliveries_planned",
            "account_id",
            "workflow_id",
            "host",
            "due_at",
            sqlite_where=PLANNED,
            postgresql_where=PLANNED,
        ),
        sa.Index(
            "ix_webhook_deliveries_sending", "lease_until", sqlite_where=SENDING, postgresql_where=SENDING
        ),
        sa.Index(
            "ix_webhook_deliveries_settled", "settled_at", sqlite_where=SETTLED, postgresql_where=SETTLED
        ),
        sa.Index(None, "account_id", "contact_id", "id"),
        sa.Index(None, "account_id", "state", "id"),
        sa.Index(None, "account_id", "workflow_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[str] = mapped_column(sa.String(10), default=State.PLANNED.value)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    enrollment_id: Mapped[int] = mapped_column(BigInt)
    visit: Mapped[int]
    contact_id: Mapped[int] = mapped_column(BigInt)
    method: Mapped[str] = mapped_column(sa.String(6))
    url: Mapped[str] = mapped_column(sa.String(MAX_STEP_URL))
    host: Mapped[str] = mapped_column(sa.String(MAX_HOST_LENGTH))
    on_failure: Mapped[str] = mapped_column(sa.String(10))
    body: Mapped[str | None] = mapped_column(sa.Text)
    planned_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    attempts_before: Mapped[int] = mapped_column(default=0)
    is_repeated: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[list[Any] | None] = mapped_column(Json)
    lease_until: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(MAX_ANSWER_LENGTH), default="")
    status_code: Mapped[int | None]
    settled_at: Mapped[datetime | None]


class WebhookHost(AccountOwned, db.Model):
    """A server that has not answered lately, or that asks to wait; see `domain.hosts.Health`."""

    __tablename__ = "webhook_hosts"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    host: Mapped[str] = mapped_column(sa.String(MAX_HOST_LENGTH), primary_key=True)
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]


class DeliveryTurn(AccountOwned, db.Model):
    """Whose turn it is to send an account's deliveries: one task at a time, so that no account keeps several
    workers busy."""

    __tablename__ = "delivery_turns"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(sa.String(64))
    until: Mapped[datetime | None]


class SigningSecret(AccountOwned, db.Model):
    """The secret that an account's deliveries are signed with, encrypted, and its `salt` (see
    `outgoing.signing_secrets`); until `previous_until` also the one before."""

    __tablename__ = "signing_secrets"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str] = mapped_column(sa.String(64))
    secret: Mapped[str] = mapped_column(sa.String(MAX_SAVED), default="", server_default="")
    shown_at: Mapped[datetime | None]
    previous_salt: Mapped[str | None] = mapped_column(sa.String(64))
    previous_secret: Mapped[str] = mapped_column(sa.String(MAX_SAVED), default="", server_default="")
    previous_until: Mapped[datetime | None]

"""Tables: audit entries (who did what) and contact events (a contact's timeline). Append-only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned


class AuditEntry(AccountOwned, db.Model):
    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index(None, "account_id", "at", "id"),
        sa.Index(None, "account_id", "user_id", "at", "id"),
        sa.Index(None, "account_id", "subject", "at", "id"),
        sa.Index(None, "account_id", "user_id", "subject", "at", "id"),
        sa.Index(None, "account_id", "subject", "subject_id", "at", "id"),
        sa.Index(None, "account_id", "action", "at", "id"),
        sa.Index(None, "account_id", "user_id", "action", "at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    user_name: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(sa.String(64))


class ContactEvent(AccountOwned, db.Model):
    """One event in a contact's timeline. No foreign keys: bulk jobs insert a million rows at once."""

    __tablename__ = "contact_events"
    __table_args__ = (sa.Index(None, "contact_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(sa.String(30))
    workflow_id: Mapped[int | None] = mapped_column(BigInt)
    job_id: Mapped[int | None] = mapped_column(BigInt)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    text: Mapped[str | None] = mapped_column(sa.String(500))

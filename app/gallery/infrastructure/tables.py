"""Workflow templates, their immutable versions, and their uses.

A system template has no account. The tenancy guard still applies: a query filters by account, or asks for
system templates explicitly.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform import tenancy
from app.platform.clock import now
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, db
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned

SYSTEM = sa.text("account_id IS NULL")
WITH_ALL = sa.text("recipient_id IS NULL")


class WorkflowTemplate(Authored, db.Model):
    """A template. `summary` is what a card shows of the current version, as written by
    `domain.card.kept_summary`."""

    __tablename__ = "workflow_templates"
    __table_args__ = (
        sa.Index(None, "account_id", "category"),
        sa.Index(
            "uq_workflow_templates_system_key",
            "key",
            unique=True,
            sqlite_where=SYSTEM,
            postgresql_where=SYSTEM,
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    account_id: Mapped[int | None] = mapped_column(BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"))
    key: Mapped[str | None] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(1000), default="")
    category: Mapped[str] = mapped_column(sa.String(30))
    tags: Mapped[list[str]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    summary: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    times_used: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]


class WorkflowTemplateVersion(Authored, db.Model):
    __tablename__ = "workflow_template_versions"
    __table_args__ = (sa.UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    template_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("workflow_templates.id", ondelete="CASCADE")
    )
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(sa.String(500), default="")


class TemplateShare(AccountOwned, Authored, db.Model):
    """Shows a template of an agency to one of its sub-accounts, or to all, also future ones, if
    `recipient_id` is None."""

    __tablename__ = "template_shares"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "recipient_id"),
        sa.Index(
            "uq_template_shares_all",
            "template_id",
            unique=True,
            sqlite_where=WITH_ALL,
            postgresql_where=WITH_ALL,
        ),
        sa.Index(None, "account_id", "recipient_id"),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"))
    template_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("workflow_templates.id", ondelete="CASCADE")
    )
    recipient_id: Mapped[int | None] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )


class TemplateUse(AccountOwned, db.Model):
    """One clone. `idempotency_key` comes from the form, so that a double click creates and counts one
    workflow."""

    __tablename__ = "template_uses"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "idempotency_key"),
        sa.Index(None, "template_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    template_id: Mapped[int] = mapped_column(BigInt)
    version: Mapped[int]
    workflow_id: Mapped[int] = mapped_column(BigInt)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    idempotency_key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(default=now)


tenancy.own(WorkflowTemplate.__tablename__, is_shared=True, is_lent=True)
tenancy.own(TemplateShare.__tablename__, is_lent=True)

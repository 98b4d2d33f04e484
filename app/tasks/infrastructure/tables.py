"""Tables of notes and tasks.

A step of a workflow writes once per enrollment and visit, which a partial unique index guarantees. No foreign
keys, because workflows write thousands of rows at once.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.domain import Role
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, db
from app.platform.tenancy import AccountOwned
from app.tasks.domain import MAX_TITLE, Assignee

BY_STEP = sa.text("enrollment_id IS NOT NULL")
OPEN = sa.text("done_at IS NULL")
DONE = sa.text("done_at IS NOT NULL")


def _once_per_visit(table: str) -> sa.Index:
    return sa.Index(
        f"uq_{table}_step",
        "enrollment_id",
        "step_id",
        "visit",
        unique=True,
        sqlite_where=BY_STEP,
        postgresql_where=BY_STEP,
    )


class FromStep:
    """Mixin: the workflow and the step that wrote a row; all are NULL if a person did."""

    workflow_id: Mapped[int | None] = mapped_column(BigInt, sort_order=80)
    enrollment_id: Mapped[int | None] = mapped_column(BigInt, sort_order=81)
    step_id: Mapped[str | None] = mapped_column(sa.String(40), sort_order=82)
    visit: Mapped[int | None] = mapped_column(sort_order=83)


class ContactNote(AccountOwned, FromStep, Authored, db.Model):
    """A note about a contact."""

    __tablename__ = "contact_notes"
    __table_args__ = (sa.Index(None, "contact_id", "id"), _once_per_visit("contact_notes"), IDS_NOT_REUSED)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigInt)
    text: Mapped[str] = mapped_column(sa.Text)


class Task(AccountOwned, FromStep, Authored, db.Model):
    """A task about a contact, for a person (`for_user_id`), a role (`for_role`), or anyone."""

    __tablename__ = "tasks"
    __table_args__ = (
        sa.Index(None, "contact_id", "id"),
        sa.Index("ix_tasks_open", "account_id", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_tasks_done", "account_id", "done_at", "id", sqlite_where=DONE, postgresql_where=DONE),
        sa.Index(
            "ix_tasks_assignee",
            "account_id",
            "for_user_id",
            "for_role",
            "due_at",
            "id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        _once_per_visit("tasks"),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigInt)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    notes: Mapped[str] = mapped_column(sa.Text, default="")
    due_at: Mapped[datetime]
    for_role: Mapped[str | None] = mapped_column(sa.String(10))
    for_user_id: Mapped[int | None] = mapped_column(BigInt)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(BigInt)

    @property
    def assignee(self) -> Assignee:
        return Assignee(Role(self.for_role) if self.for_role else None, self.for_user_id)

"""Tables of moves of people to another version of their workflow, and of retries."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.clock import now
from app.platform.database import IDS_NOT_REUSED, BigInt, Json, db
from app.platform.tenancy import AccountOwned

UNFINISHED = sa.text("status IN ('running', 'undoing')")


class VersionMove(AccountOwned, db.Model):
    """A move of the people in a workflow to a version, one at a time for each workflow.

    `elsewhere` is {id of a step that no longer exists: id of another one, or `LEAVE`}. `moved` and `left` are
    how many have been moved, and have left the workflow; `returned` how many of them an undo has put back.
    """

    __tablename__ = "version_moves"
    __table_args__ = (
        sa.Index(None, "account_id", "workflow_id", "id"),
        sa.Index(
            "uq_version_moves_unfinished",
            "workflow_id",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    to_version_id: Mapped[int] = mapped_column(BigInt)
    elsewhere: Mapped[dict[str, str]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(sa.String(10))
    moved: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)
    started_by: Mapped[int | None] = mapped_column(BigInt)


class MovedEnrollment(AccountOwned, db.Model):
    """Where an enrollment stood before a move took it on at `at`, and whether an undo has looked at it."""

    __tablename__ = "moved_enrollments"
    __table_args__ = ({"sqlite_with_rowid": False},)

    move_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    enrollment_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str | None] = mapped_column(sa.String(40))
    status: Mapped[str] = mapped_column(sa.String(12))
    waits_for: Mapped[str | None] = mapped_column(sa.String(10))
    due_at: Mapped[datetime | None]
    visit: Mapped[int]
    to_step: Mapped[str | None] = mapped_column(sa.String(40))
    way: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime]
    is_undone: Mapped[bool] = mapped_column(default=False)


class PendingRetry(AccountOwned, db.Model):
    """A retry of failed enrollments of a workflow that is not finished: of those at `step_id` for `reason`
    (empty: of all) who had failed by `asked_at`."""

    __tablename__ = "pending_retries"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    workflow_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    step_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    asked_at: Mapped[datetime]

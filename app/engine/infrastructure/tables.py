"""Tables of enrollments and of their number. A partial unique index prevents two active enrollments of a
contact in a workflow."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.engine import domain as engine
from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned

# Written as literals, because databases use a partial index only if they recognize its condition.
_STATUSES = ", ".join(f"'{status.value}'" for status in engine.UNDER_WAY)
UNDER_WAY = sa.text(f"status IN ({_STATUSES})")


class Enrollment(AccountOwned, db.Model):
    """A contact in a workflow. No foreign keys, because up to a million rows are inserted at once.

    `source` says how the contact was enrolled, `job_id` by which bulk enrollment. `undone_job_id` is the job
    that undid it; an undone enrollment does not count as having been in the workflow.
    """

    __tablename__ = "enrollments"
    __table_args__ = (
        sa.Index(
            "uq_enrollments_under_way",
            "workflow_id",
            "contact_id",
            unique=True,
            sqlite_where=UNDER_WAY,
            postgresql_where=UNDER_WAY,
        ),
        # No other index begins with the account: a look-up by contact can't be planned as a walk through all
        # enrollments of an account that statistics do not know.
        sa.Index(None, "account_id", "contact_id", "workflow_id"),
        sa.Index(None, "workflow_id", "status", "id"),
        sa.Index(None, "job_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    contact_id: Mapped[int] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(sa.String(12), default=engine.EnrollmentStatus.HELD.value)
    step_id: Mapped[str | None] = mapped_column(sa.String(40))
    due_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(sa.String(20))
    job_id: Mapped[int | None] = mapped_column(BigInt)
    enrolled_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    undone_job_id: Mapped[int | None] = mapped_column(BigInt)


class EnrollmentCount(AccountOwned, db.Model):
    """A part of the number of a workflow's enrollments with a status. The number is the sum of all parts, and
    a part may be negative. See `counts`."""

    __tablename__ = "enrollment_counts"
    __table_args__ = (sa.Index(None, "account_id", "workflow_id", "status"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(sa.String(12))
    enrollments: Mapped[int] = mapped_column(BigInt)

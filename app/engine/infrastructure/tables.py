"""Tables of enrollments and of their number. A partial unique index prevents two active enrollments of a
contact in a workflow."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.engine import domain as engine
from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned

# Written as literals, because databases use a partial index only if they recognize its condition.
_STATUSES = ", ".join(f"'{status.value}'" for status in engine.UNDER_WAY)
UNDER_WAY = sa.text(f"status IN ({_STATUSES})")
DUE = sa.text(f"status = '{engine.EnrollmentStatus.ACTIVE.value}' AND due_at IS NOT NULL")


class Enrollment(AccountOwned, db.Model):
    """A contact in a workflow. No foreign keys, because up to a million rows are inserted at once.

    `step_id` is the step at which it stands, since `moved_at`; `waits_for` (see `domain.WaitsFor`) is what it
    waits for there, at most until `due_at`. An active enrollment without `due_at` only goes on when something
    happens. `visit` grows when a person moves it to another step, so that it can pass a step again.

    `source` says how the contact was enrolled, `job_id` by which bulk enrollment. `undone_job_id` is the job
    that undid it; an undone enrollment does not count as having been in the workflow. `event_id` is the
    received event that started it, `occasion` the day for which a date started it.
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
        # The account is an expression, which only `conditions.in_workflow` uses. With the plain column, this
        # index, too, could be chosen to look up a contact.
        sa.Index("ix_enrollments_people", "workflow_id", sa.text("NULLIF(account_id, 0)"), "status", "id"),
        sa.Index(None, "job_id", "contact_id"),
        # Behind the version: without the account, planners would take a version to be in it by chance.
        sa.Index(
            "ix_enrollments_due_in_version",
            "version_id",
            "account_id",
            "due_at",
            sqlite_where=DUE,
            postgresql_where=DUE,
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    contact_id: Mapped[int] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(sa.String(12), default=engine.EnrollmentStatus.HELD.value)
    step_id: Mapped[str | None] = mapped_column(sa.String(40))
    due_at: Mapped[datetime | None]
    waits_for: Mapped[str | None] = mapped_column(sa.String(10))
    visit: Mapped[int] = mapped_column(default=1, server_default="1")
    moved_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(sa.String(20))
    job_id: Mapped[int | None] = mapped_column(BigInt)
    enrolled_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(sa.String(20))
    undone_job_id: Mapped[int | None] = mapped_column(BigInt)
    event_id: Mapped[int | None] = mapped_column(BigInt)
    occasion: Mapped[date | None]


class PassedStep(AccountOwned, db.Model):
    """A step that an enrollment has passed. The key prevents passing it twice.

    `result` says how: the id of the path it took, `domain.SKIPPED` or `TIMEOUT`; else empty.
    """

    __tablename__ = "enrollment_steps"
    __table_args__ = ({"sqlite_with_rowid": False},)

    enrollment_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    visit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    passed_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(sa.String(40), default="")


class StepCount(AccountOwned, db.Model):
    """A part of the number of enrollments of a day (UTC) that passed a step of a version with a result. The
    number is the sum of all parts. See `summed_parts`."""

    __tablename__ = "step_counts"
    __table_args__ = (sa.Index(None, "version_id", "step_id", "day"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[date]
    result: Mapped[str] = mapped_column(sa.String(40), default="")
    enrollments: Mapped[int] = mapped_column(BigInt)


class EndCount(AccountOwned, db.Model):
    """A part of the number of enrollments of a day (UTC) that ended at a step of a version, with a status and
    a reason. `minutes` is the time that it took to reach the goal, rounded down (see `domain.spans`); 0 for
    other ends. The number is the sum of all parts, and a part may be negative. See `summed_parts`."""

    __tablename__ = "end_counts"
    __table_args__ = (sa.Index(None, "account_id", "workflow_id", "day", "step_id", "status"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[date]
    status: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(sa.String(20), default="")
    minutes: Mapped[int] = mapped_column(default=0)
    enrollments: Mapped[int] = mapped_column(BigInt)


class DateWatch(AccountOwned, db.Model):
    """Until when it was looked for contacts whom a date starts in a workflow. `missed` are the days, as text,
    for which it was too late when the clock ran again."""

    __tablename__ = "date_watches"

    workflow_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    looked_until: Mapped[datetime]
    missed: Mapped[list[str]] = mapped_column(default=list)


class SourceCount(AccountOwned, db.Model):
    """A part of the number of enrollments of a workflow that a source made on a day (UTC). The number is the
    sum of all parts. See `summed_parts`."""

    __tablename__ = "source_counts"
    __table_args__ = (sa.Index(None, "account_id", "workflow_id", "source", "day"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    source: Mapped[str] = mapped_column(sa.String(20))
    day: Mapped[date]
    enrollments: Mapped[int] = mapped_column(BigInt)


class PacedStart(AccountOwned, db.Model):
    """The pace at which the people begin who were held when their workflow was started: `drip` as JSON.

    `portion_at` is the time of its latest portion, `portion_people` how many began with it; nobody begins
    before `next_at`. The row is deleted when nobody is held any more.
    """

    __tablename__ = "paced_starts"

    workflow_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    drip: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    portion_at: Mapped[datetime | None]
    portion_people: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]


class EnrollmentCount(AccountOwned, db.Model):
    """A part of the number of enrollments of a version that stand at a step with a status. The number is the
    sum of all parts, and a part may be negative. See `summed_parts`."""

    __tablename__ = "enrollment_counts"
    __table_args__ = (sa.Index(None, "account_id", "workflow_id", "status"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt)
    step_id: Mapped[str] = mapped_column(sa.String(40))
    status: Mapped[str] = mapped_column(sa.String(12))
    enrollments: Mapped[int] = mapped_column(BigInt)

"""Jobs, the batches that they are cut into, and one ledger row for every row of the input.

A row is (job, row number) and small: a job may have a million. Planning writes the outcome that it expects;
the row's batch corrects it where something else came of the row. So an outcome counts once the batch is
settled, as `settled.py` says it for all who read it. Figures are added up from the batches, never by counting
rows.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.bulk_enrollment.domain.documents import (
    read_options,
    read_selection,
    write_options,
    write_selection,
)
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import Selection
from app.platform import tenancy
from app.platform.database import Authored, BigInt, db
from app.platform.documents import Document
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned

# Jobs, dry runs too, that are not over. The sweeper looks for them every second, among all that ever were.
NOT_OVER = sa.text("status NOT IN ('completed', 'completed_with_errors', 'cancelled', 'failed')")
OPEN = sa.text("status IN ('pending', 'processing')")
PROBLEMS = sa.text("outcome >= 10")
# Rows that speak for their person: neither faulty, a duplicate nor canceled, so one at most for each key. A
# query says it in the same words, else neither database sees that the index fits.
COUNTING = sa.text("outcome NOT IN (10, 11, 20)")
# The index of the counting rows is on an expression, which look-ups by key use (`without_index`) and nothing
# else does: for a job that statistics do not know, a planner holds this index and the primary key for equally
# good and takes the wrong one, which reads the whole job for every row.
BY_KEY = sa.text("NULLIF(job_id, 0)")


class EnrollmentJob(AccountOwned, Authored, db.Model):
    """`selection` says which rows the job takes, `options` what it does with them; `upload_id` is the file of
    a file selection, for joins. `met` is what planning met in the file (`reading.Met`), `expected` {outcome
    code: rows} that planning expects, `totals` the same once the job is over. `lease_until`, `attempt`,
    `holder` and `idle_attempts` (those in a row that got no further) belong to its planning. `paused_by` and
    `paused_at` tell of the pause under way, `paused_seconds` sums up earlier ones while batches could run."""

    __tablename__ = "enrollment_jobs"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "idempotency_key"),
        sa.Index(None, "account_id", "status", "id"),
        sa.Index(None, "workflow_id"),
        sa.Index("ix_enrollment_jobs_not_over", "status", sqlite_where=NOT_OVER, postgresql_where=NOT_OVER),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(sa.String(10), default="enroll")
    status: Mapped[str] = mapped_column(sa.String(24), default="pending")
    workflow_id: Mapped[int | None] = mapped_column(BigInt)
    version_id: Mapped[int | None] = mapped_column(BigInt)
    selection: Mapped[Selection] = mapped_column(Document(read_selection, write_selection))
    upload_id: Mapped[int | None] = mapped_column(BigInt)
    options: Mapped[JobOptions] = mapped_column(Document(read_options, write_options), default=JobOptions)
    met: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parent_job_id: Mapped[int | None] = mapped_column(BigInt)
    priority: Mapped[int] = mapped_column(default=0)
    idempotency_key: Mapped[str | None] = mapped_column(sa.String(80))
    total: Mapped[int] = mapped_column(default=0)
    batches: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failure: Mapped[str | None] = mapped_column(sa.String(500))
    attempt: Mapped[int] = mapped_column(default=0)
    idle_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_until: Mapped[datetime | None]
    holder: Mapped[str | None] = mapped_column(sa.String(80))
    planned_at: Mapped[datetime | None]
    planned_rows: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(sa.String(10))
    paused_at: Mapped[datetime | None]
    paused_seconds: Mapped[float] = mapped_column(sa.Float, default=0.0, server_default="0")
    dismissed_at: Mapped[datetime | None]


class EnrollmentBatch(AccountOwned, db.Model):
    """Rows `first_row` to `last_row` of a job. While `lease_until` lies ahead, a task or a worker has it;
    `handed_at` is when the queue got its task, `holder` the task that claimed it. `expected` is {outcome
    code: rows} as planned, `newcomers` how many rows are to make a contact; `outcomes` is what came of it."""

    __tablename__ = "enrollment_batches"
    __table_args__ = (
        sa.UniqueConstraint("job_id", "number"),
        sa.Index(None, "job_id", "status"),
        sa.Index("ix_enrollment_batches_open", "job_id", "number", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    job_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[int]
    first_row: Mapped[int]
    last_row: Mapped[int]
    status: Mapped[str] = mapped_column(sa.String(10), default="pending")
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    holder: Mapped[str | None] = mapped_column(sa.String(80))
    handed_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    succeeded: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    newcomers: Mapped[int] = mapped_column(default=0, server_default="0")
    failure: Mapped[str | None] = mapped_column(sa.String(200))


class EnrollmentRow(AccountOwned, db.Model):
    """`identifier` is what the file says, `key` what it is compared by, `detail` what the outcome's sentence
    needs beside its code, `withheld` the status that the file's consent columns ask for, or `left_out` where
    they say neither yes nor no."""

    __tablename__ = "enrollment_rows"
    __table_args__ = (
        sa.Index(
            "ix_enrollment_rows_problems",
            "job_id",
            "outcome",
            "row_number",
            sqlite_where=PROBLEMS,
            postgresql_where=PROBLEMS,
        ),
        sa.Index(
            "uq_enrollment_rows_counting",
            BY_KEY,
            "key",
            unique=True,
            sqlite_where=COUNTING,
            postgresql_where=COUNTING,
        ),
        {"postgresql_with": {"fillfactor": "70"}, "sqlite_with_rowid": False},
    )

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    identifier: Mapped[str | None] = mapped_column(sa.String(320))
    key: Mapped[str | None] = mapped_column(sa.String(254))
    contact_id: Mapped[int | None] = mapped_column(BigInt)
    outcome: Mapped[int] = mapped_column(sa.SmallInteger)
    detail: Mapped[str | None] = mapped_column(sa.String(200))
    note: Mapped[str | None] = mapped_column(sa.String(40))
    withheld: Mapped[str | None] = mapped_column(sa.String(12))


class RowFields(AccountOwned, db.Model):
    """The mapped columns of a row as JSON. Kept apart from the row, and only until it has made or changed its
    contact: removing them writes nothing in the ledger."""

    __tablename__ = "enrollment_row_fields"
    __table_args__ = ({"sqlite_with_rowid": False},)

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fields: Mapped[str] = mapped_column(sa.Text)


class WithheldKey(AccountOwned, db.Model):
    """Another address, beside its key, of a row that is withheld. Kept only while the job is planned."""

    __tablename__ = "withheld_keys"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    withheld: Mapped[str] = mapped_column(sa.String(12))


# What a chunk of the file passes through on its way into the ledger: judged there in one statement.
staged_rows = sa.Table(
    "staged_rows",
    sa.MetaData(),
    sa.Column("row_number", sa.Integer),
    sa.Column("line", sa.Integer),
    sa.Column("identifier", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("verdict", sa.SmallInteger),
    sa.Column("detail", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("withheld", sa.Text),
    sa.Column("fields", sa.Text),
    prefixes=["TEMPORARY"],
)

tenancy.know(staged_rows.name)

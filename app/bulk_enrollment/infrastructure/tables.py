"""Tables of jobs, the batches that they are split into, and the ledger: one row for every row of the input.

A ledger row is keyed by (job, row number) and small, because a job may have a million. Planning writes the
expected outcome; the row's batch corrects it where the result differs. An outcome is therefore final only
once the batch is settled (see `settled.py`). Figures are summed from batches, not counted from rows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.bulk_enrollment.domain.brakes.rules import Failures
from app.bulk_enrollment.domain.documents import (
    read_failures,
    read_options,
    read_selection,
    write_failures,
    write_options,
    write_selection,
)
from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.bulk_enrollment.domain.job import FINISHED, OPEN_BATCH, BatchStatus, JobStatus
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.domain.pausing import Decision, decision_needed
from app.bulk_enrollment.domain.retrying import WHOLE
from app.bulk_enrollment.domain.selection import Selection
from app.platform import tenancy
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, db
from app.platform.database.documents import Document
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned


def _quoted(statuses: Iterable[str]) -> str:
    return ", ".join(f"'{status}'" for status in statuses)


# Jobs that are not over, including dry runs. The sweeper looks for them every second among all jobs.
NOT_OVER = sa.text(f"status NOT IN ({_quoted(one for one in JobStatus if one in FINISHED)})")
OPEN = sa.text(f"status IN ({_quoted(OPEN_BATCH)})")
FROM_JOB = sa.text("source_row IS NOT NULL")
PROBLEMS = sa.text(f"outcome >= {FIRST_PROBLEM}")
# Rows that count for their key: not invalid, duplicate or canceled, so at most one for each key. A query must
# repeat this text, or neither database uses the partial index.
_NOT_COUNTING = (Outcome.VALIDATION_ERROR, Outcome.DUPLICATE_IN_SELECTION, Outcome.CANCELLED)
COUNTING = sa.text(f"outcome NOT IN ({', '.join(str(int(one)) for one in _NOT_COUNTING)})")
# The index of counting rows is on an expression that only look-ups by key use (`without_index`). On the plain
# column, for a job that is missing from statistics, the planner rates this index and the primary key alike
# and may choose the wrong one, which reads the whole job for every row.
BY_KEY = sa.text("NULLIF(job_id, 0)")


class EnrollmentJob(AccountOwned, Authored, db.Model):
    """A bulk enrollment or import.

    `selection` defines the rows of the job, `options` what is done with them; `upload_id` is the file of a
    file selection, for joins. `findings` is what planning found in the file (`reading.Findings`), `expected`
    the expected {outcome name: rows}, `effects` what else a dry run expects, `totals` the actual {outcome
    name: rows} once the job is over. `lease_until`, `attempt`, `holder` and `idle_attempts` (consecutive
    attempts without progress) belong to its planning. `paused_by`, `paused_by_user` and `paused_at` describe
    the current pause, `failures` why the breaker began it (`brakes.rules.Failures`); `paused_seconds` is the
    total of earlier pauses since the job started. Nothing of the job begins before `not_before`: the start of
    a scheduled job (None: it has missed its start and waits for a person), the next portion of a drip, the
    next people that a rate limit permits. `portion_at` is
    the time of the drip's latest portion, `portion_people` the people enrolled from it, `pace_changes` how
    often a person has changed the pace since the job was created. While `canary_rows`
    is set, only so many rows may run. `approval` is None if the job needs none, else that of
    `domain.brakes.approval`; `approval_asked_by` is who started the job, `approval_by` who decided.

    `kind` is enroll, import, or undo; an undo takes back what `parent_job_id` did. `retries` is None unless
    the job retries rows of `parent_job_id`: the codes of the outcomes whose rows it takes up, separated by
    commas (or WHOLE); rows that were fixed by hand come on top. `resolved_at` is when all failed rows of the
    job were taken up by retries or left out by a user.
    """

    __tablename__ = "enrollment_jobs"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "idempotency_key"),
        sa.Index(None, "account_id", "status", "id"),
        sa.Index(None, "workflow_id"),
        sa.Index(None, "parent_job_id"),
        sa.Index("ix_enrollment_jobs_not_over", "status", sqlite_where=NOT_OVER, postgresql_where=NOT_OVER),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(sa.String(10), default="enroll")
    status: Mapped[str] = mapped_column(sa.String(24), default=JobStatus.PENDING)
    workflow_id: Mapped[int | None] = mapped_column(BigInt)
    version_id: Mapped[int | None] = mapped_column(BigInt)
    selection: Mapped[Selection] = mapped_column(Document(read_selection, write_selection))
    upload_id: Mapped[int | None] = mapped_column(BigInt)
    options: Mapped[JobOptions] = mapped_column(Document(read_options, write_options), default=JobOptions)
    findings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    effects: Mapped[Effects | None] = mapped_column(Document(Effects.read, Effects.write))
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
    paused_by_user: Mapped[int | None] = mapped_column(BigInt)
    paused_at: Mapped[datetime | None]
    paused_seconds: Mapped[float] = mapped_column(sa.Float, default=0.0, server_default="0")
    failures: Mapped[Failures | None] = mapped_column(Document(read_failures, write_failures))
    canary_rows: Mapped[int | None]
    approval: Mapped[str | None] = mapped_column(sa.String(10))
    approval_asked_by: Mapped[int | None] = mapped_column(BigInt)
    approval_by: Mapped[int | None] = mapped_column(BigInt)
    approval_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    retries: Mapped[str | None] = mapped_column(sa.String(200))
    resolved_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    portion_at: Mapped[datetime | None]
    portion_people: Mapped[int] = mapped_column(default=0, server_default="0")
    pace_changes: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def decision(self) -> Decision | None:
        """Why the job waits for a person, or None."""
        return decision_needed(self.status, self.paused_by, self.not_before)

    @property
    def has_missed_start(self) -> bool:
        """Whether the job is scheduled, but was not started in time and waits for a person."""
        return self.decision is Decision.MISSED_START

    @property
    def has_source_rows(self) -> bool:
        """Whether the rows were taken from another job, so that they keep their row numbers in the file."""
        return self.kind == "undo" or self.retries not in (None, WHOLE)


class EnrollmentBatch(AccountOwned, db.Model):
    """Rows `first_row` to `last_row` of a job.

    A batch that is processed in parts, because of a drip or a rate limit, stays pending until the last one;
    the rows before `next_row` are settled. `expected`, the planned {outcome name: rows}, and `newcomers`, the
    number of rows that create a contact, are those of the rows that are not settled; `outcomes`, the actual
    {outcome name: rows}, those of the others.

    Until `lease_until`, a queued task or a worker holds the batch; `handed_at` is when its task was queued,
    `holder` the task that claimed it. `created` and `updated` are the numbers of contacts that were created
    and changed. A person has let the job go on after `accepted_rows` rows of it, of which `accepted_failed`
    had failed; the breaker counts the others.
    """

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
    next_row: Mapped[int | None]
    status: Mapped[str] = mapped_column(sa.String(10), default=BatchStatus.PENDING)
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
    created: Mapped[int] = mapped_column(default=0, server_default="0")
    updated: Mapped[int] = mapped_column(default=0, server_default="0")
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    newcomers: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted_rows: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted_failed: Mapped[int] = mapped_column(default=0, server_default="0")


class LimitedEnrollment(AccountOwned, db.Model):
    """So many `people` enrolled at a moment while a rate limit was in force; kept for some minutes."""

    __tablename__ = "limited_enrollments"
    __table_args__ = (sa.Index(None, "account_id", "at"), sa.Index(None, "at"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime]
    people: Mapped[int]


class EnrollmentRow(AccountOwned, db.Model):
    """A row of the ledger.

    `identifier` is the value from the file, `key` its normalized form for comparison, `detail` a value for
    the outcome's sentence, `withheld` the contact status requested by the file's consent columns, or
    `left_out` where they are neither yes nor no. `source_row` is the row number in the file if the row was
    taken from another job, whose rows are numbered anew.
    """

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
        # Contains all that a search for an address reads, and the account, without which PostgreSQL's row
        # security would read the rows themselves.
        sa.Index(
            "ix_enrollment_rows_addresses",
            "job_id",
            "outcome",
            "identifier",
            "row_number",
            "account_id",
            sqlite_where=PROBLEMS,
            postgresql_where=PROBLEMS,
        ),
        sa.Index(
            "ix_enrollment_rows_source",
            "job_id",
            "source_row",
            sqlite_where=FROM_JOB,
            postgresql_where=FROM_JOB,
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
    source_row: Mapped[int | None]


class RowFields(AccountOwned, db.Model):
    """The mapped columns of a row as JSON, deleted once the row's batch is settled.

    A table of its own, so that deleting them does not rewrite the ledger.
    """

    __tablename__ = "enrollment_row_fields"
    __table_args__ = ({"sqlite_with_rowid": False},)

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fields: Mapped[str] = mapped_column(sa.Text)


class WithheldKey(AccountOwned, db.Model):
    """A further address, besides its key, of a withheld row. Deleted when planning is done."""

    __tablename__ = "withheld_keys"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    withheld: Mapped[str] = mapped_column(sa.String(12))


# Temporary table for one chunk of read rows, from which one statement writes them to the ledger.
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
    sa.Column("source_row", sa.Integer),
    prefixes=["TEMPORARY"],
)

tenancy.know(staged_rows.name)

"""The figures of jobs, and their progress.

They are summed from batches, and read from the job itself once it is over. Rows are never counted, because a
job may have a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import OPEN_BATCH, BatchStatus, JobStatus, Progress, pace
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.domain.pausing import decision_needed, seconds_at_work, seconds_paused
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constants, id_param
from app.platform.database.short_reads import in_ids, read_built

_batches = EnrollmentBatch.__table__


class Retry(NamedTuple):
    """The next attempt of a batch that failed. `attempt` is the number of attempts so far."""

    at: datetime
    number: int
    attempt: int


class Measured(Protocol):
    """The columns of a job that its figures depend on, of an `EnrollmentJob` or of a row."""

    @property
    def status(self) -> str: ...
    @property
    def total(self) -> int: ...
    @property
    def batches(self) -> int: ...
    @property
    def totals(self) -> dict[str, Any]: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...
    @property
    def paused_by(self) -> str | None: ...
    @property
    def not_before(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def paused_seconds(self) -> float: ...


@dataclass
class Figures:
    """Totals over the batches of a job. `retry` is the earliest scheduled retry of a failed batch."""

    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    batches: int = 0
    batches_open: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    retry: Retry | None = None


def job_figures(account_id: int, job_ids: Sequence[int]) -> dict[int, Figures]:
    """Return {job id: figures}, summed by the database from the batches of the jobs."""
    figures = {job_id: Figures() for job_id in job_ids}
    if not figures:
        return figures
    of_jobs, on_sqlite = {"of_account": account_id, "of_jobs": job_ids}, is_sqlite()
    for job_id, status, batches, succeeded, failed, skipped, put_off in read_built(_sums(on_sqlite), of_jobs):
        of_job = figures[job_id]
        of_job.batches += batches
        of_job.batches_open += batches if status in OPEN_BATCH else 0
        of_job.succeeded += succeeded
        of_job.failed += failed
        of_job.skipped += skipped
        if status == BatchStatus.PENDING and put_off:
            of_job.retry = _next_retry(account_id, job_id)
    for job_id, name, count in read_built(_outcomes(on_sqlite), of_jobs):
        figures[job_id].outcomes[name] = count
    return figures


# Every poll of a panel runs these two, and building them takes longer than running them.


@lru_cache
def _sums(on_sqlite: bool) -> sa.Select[Any]:
    return (
        sa.select(
            _batches.c.job_id,
            _batches.c.status,
            sa.func.count(),
            sa.func.sum(_batches.c.succeeded),
            sa.func.sum(_batches.c.failed),
            sa.func.sum(_batches.c.skipped),
            sa.func.count(_batches.c.next_attempt_at),
        )
        .where(*_of_jobs(on_sqlite))
        .group_by(_batches.c.job_id, _batches.c.status)
    )


@lru_cache
def _outcomes(on_sqlite: bool) -> sa.Select[Any]:
    each = sa.func.json_each if on_sqlite else sa.func.jsonb_each_text
    counted = each(_batches.c.outcomes).table_valued("key", "value", joins_implicitly=True)
    rows = sa.func.sum(sa.cast(counted.c.value, sa.Integer))
    return (
        sa.select(_batches.c.job_id, counted.c.key, rows)
        .where(*_of_jobs(on_sqlite))
        .group_by(_batches.c.job_id, counted.c.key)
    )


def _of_jobs(on_sqlite: bool) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _batches.c.account_id == id_param("of_account"),
        in_ids(_batches.c.job_id, "of_jobs", on_sqlite),
    )


def settled_rows(account_id: int, job_id: int) -> list[tuple[datetime, int]]:
    """Return (time, rows) of the job's settled batches, oldest first, without canceled ones."""
    found = read_built(_settled(), {"of_account": account_id, "of_job": job_id})
    return [(ended, rows) for ended, rows in found if ended is not None]


@lru_cache
def _settled() -> sa.Select[Any]:
    return (
        sa.select(_batches.c.finished_at, _batches.c.last_row - _batches.c.first_row + 1)
        .where(
            _batches.c.account_id == id_param("of_account"),
            _batches.c.job_id == id_param("of_job"),
            _batches.c.status.in_(constants((BatchStatus.COMPLETED, BatchStatus.FAILED))),
        )
        .order_by(_batches.c.finished_at)
    )


def contacts_written(account_id: int, job_id: int) -> tuple[int, int]:
    """Return how many contacts the job has created and changed."""
    query = sa.select(sa.func.sum(EnrollmentBatch.created), sa.func.sum(EnrollmentBatch.updated)).where(
        EnrollmentBatch.account_id == account_id, EnrollmentBatch.job_id == job_id
    )
    created, updated = session().execute(query).one()
    return created or 0, updated or 0


def _next_retry(account_id: int, job_id: int) -> Retry | None:
    """Return the earliest scheduled retry of the job."""
    query = (
        sa.select(EnrollmentBatch.next_attempt_at, EnrollmentBatch.number, EnrollmentBatch.attempt)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.status == BatchStatus.PENDING,
            EnrollmentBatch.next_attempt_at.isnot(None),
        )
        .order_by(EnrollmentBatch.next_attempt_at, EnrollmentBatch.number)
        .limit(1)
    )
    found = session().execute(query).first()
    return Retry._make(found) if found else None


def final_figures(job: Measured) -> Figures:
    """Return the figures of a job that is over from its own columns, without reading its batches."""
    outcomes = {} if job.status == JobStatus.FAILED else dict(job.totals)
    kinds = totals_by_kind({Outcome[name]: rows for name, rows in outcomes.items()})
    return Figures(
        succeeded=kinds["succeeded"],
        failed=kinds["failed"],
        skipped=kinds["skipped"],
        batches=job.batches,
        outcomes=outcomes,
    )


def progress_of(job: Measured, figures: Figures, now: datetime) -> Progress:
    """Return a job's progress at `now`. Its rate and time left are computed without pauses."""
    status = JobStatus(job.status)
    skipped, cancelled = figures.skipped, figures.outcomes.get(Outcome.CANCELLED.name, 0)
    rate = left = None
    if job.started_at:
        until = job.finished_at or now
        paused = seconds_paused(job.paused_seconds, job.started_at, job.paused_at, until)
        seconds = seconds_at_work(job.started_at, paused, until)
        processed = figures.succeeded + figures.failed + skipped - cancelled
        rate, left = pace(processed, job.total, seconds)
    if status is JobStatus.CANCELLED and figures.batches == 0:
        skipped = cancelled = job.total
    return Progress(
        status=status,
        total=job.total,
        succeeded=figures.succeeded,
        failed=figures.failed,
        skipped=skipped,
        batches=figures.batches,
        batches_done=figures.batches - figures.batches_open,
        cancelled=cancelled,
        rate=rate,
        seconds_left=left if status is JobStatus.PROCESSING else None,
        decision=decision_needed(job.status, job.paused_by, job.not_before),
    )

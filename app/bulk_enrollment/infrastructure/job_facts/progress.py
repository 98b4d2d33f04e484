"""The row that a job's progress is computed from, read with one statement."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import DRY_RUN, FINISHED, OPEN_BATCH, BatchStatus, Progress
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.figures import Figures, final_figures, progress_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.database import Json
from app.platform.database.many_rows import constant, constants, id_param
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id

_jobs, _batches = EnrollmentJob.__table__, EnrollmentBatch.__table__


class ProgressRow(NamedTuple):
    """A job, and the sums over its batches, which are 0 if it is over."""

    status: str
    total: int
    batches: int
    totals: dict[str, Any]
    started_at: datetime | None
    finished_at: datetime | None
    paused_by: str | None
    not_before: datetime | None
    paused_at: datetime | None
    paused_seconds: float
    batches_cut: int
    batches_open: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int
    has_drip: bool


class KnownProgress(NamedTuple):
    """Progress of a job. Time left is that at its own rate, which says nothing if the job `has_drip`."""

    progress: Progress
    has_drip: bool


def progress_of_job(account_id: int, public_id: str, now: datetime) -> KnownProgress | None:
    """Return the progress of a job at `now`; None if there is no such job, or it is a dry run."""
    if not is_public_id(public_id):
        return None
    found = read_built(_progress(), {"of_account": account_id, "of_job": public_id})
    if not found:
        return None
    row = ProgressRow(*found[0])
    figures = final_figures(row) if row.status in FINISHED else _figures(row)
    return KnownProgress(progress_of(row, figures, now), row.has_drip)


def _figures(row: ProgressRow) -> Figures:
    return Figures(
        succeeded=row.succeeded,
        failed=row.failed,
        skipped=row.skipped,
        batches=row.batches_cut,
        batches_open=row.batches_open,
        outcomes={Outcome.CANCELLED.name: row.cancelled} if row.cancelled else {},
    )


@lru_cache
def _progress() -> sa.Select[Any]:
    account_id = id_param("of_account")
    of_job = sa.and_(
        _batches.c.account_id == account_id,
        _batches.c.job_id == _jobs.c.id,
        _jobs.c.status.notin_(constants(FINISHED)),
    )
    is_open = _batches.c.status.in_(constants(OPEN_BATCH))
    is_cancelled = _batches.c.status == constant(BatchStatus.SKIPPED)
    return (
        sa.select(
            _jobs.c.status,
            _jobs.c.total,
            _jobs.c.batches,
            _jobs.c.totals,
            _jobs.c.started_at,
            _jobs.c.finished_at,
            _jobs.c.paused_by,
            _jobs.c.not_before,
            _jobs.c.paused_at,
            _jobs.c.paused_seconds,
            sa.func.count(_batches.c.id),
            sa.func.count(sa.case((is_open, 1))),
            _sum(_batches.c.succeeded),
            _sum(_batches.c.failed),
            _sum(_batches.c.skipped),
            _sum(sa.case((is_cancelled, _batches.c.skipped))),
            sa.type_coerce(_jobs.c.options, Json)["drip"].as_string().isnot(None),
        )
        .select_from(_jobs)
        .outerjoin(_batches, of_job)
        .where(
            _jobs.c.account_id == account_id,
            _jobs.c.public_id == sa.bindparam("of_job", type_=_jobs.c.public_id.type),
            _jobs.c.status.notin_(constants(DRY_RUN)),
        )
        .group_by(_jobs.c.id)
    )


def _sum(values: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(values), 0)

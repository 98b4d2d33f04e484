"""What the breaker counts: the settled rows of a job that no person has accepted, and how many of them
failed."""

from functools import lru_cache

import sqlalchemy as sa

from app.bulk_enrollment.domain.brakes.rules import WINDOW, Failures, SettledBatch, excess
from app.bulk_enrollment.domain.job import OPEN_BATCH, RUNNING, SMALLEST_ASKED, BatchStatus
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.database import AnySelect, session
from app.platform.database.many_rows import constant, id_param
from app.platform.database.short_reads import read_built

ENOUGH_BATCHES = WINDOW // SMALLEST_ASKED + 1  # have WINDOW rows, however small they are


def failures_of(job: EnrollmentJob) -> Failures | None:
    """Return why the breaker must pause the job, or None."""
    brakes = job.options.brakes
    if not brakes.breaks:
        return None
    of_job = {"of_account": job.account_id, "of_job": job.id}
    in_all = SettledBatch(0, 0)
    if brakes.failed_rows is not None:
        [(rows, failed)] = read_built(_in_all(), of_job)
        in_all = SettledBatch(int(rows or 0), int(failed or 0))
    newest: list[SettledBatch] = []
    if brakes.failed_percent is not None:
        newest = [SettledBatch(rows, failed) for rows, failed in read_built(_newest(), of_job)]
    return excess(brakes, job.total, newest, in_all)


def jobs_to_brake(account_id: int) -> list[int]:
    """Return the ids of the account's running jobs that a brake may have to pause.

    Their canary is settled, or they have failed rows that nobody has accepted. Jobs without an open batch are
    left out: they are over.
    """
    batch = sa.orm.aliased(EnrollmentBatch, name="batch")
    mine = sa.and_(batch.account_id == account_id, batch.job_id == EnrollmentJob.id)
    is_open = batch.status.in_(OPEN_BATCH)
    is_left = sa.exists().where(mine, is_open)
    canary_runs = sa.exists().where(mine, is_open, batch.first_row <= EnrollmentJob.canary_rows)
    has_failed = sa.exists().where(mine, batch.failed > batch.accepted_failed)
    query = sa.select(EnrollmentJob.id).where(
        EnrollmentJob.account_id == account_id,
        EnrollmentJob.status.in_([status.value for status in RUNNING]),
        is_left,
        sa.or_(sa.and_(EnrollmentJob.canary_rows.isnot(None), ~canary_runs), has_failed),
    )
    return list(session().scalars(query))


def accept_failures(account_id: int, job_id: int) -> None:
    """Leave the rows so far out of what the breaker counts."""
    session().execute(
        sa.update(EnrollmentBatch)
        .where(EnrollmentBatch.account_id == account_id, EnrollmentBatch.job_id == job_id)
        .values(accepted_rows=_ROWS, accepted_failed=EnrollmentBatch.failed),
        execution_options={"synchronize_session": False},
    )


_ROWS = EnrollmentBatch.succeeded + EnrollmentBatch.failed + EnrollmentBatch.skipped
_COUNTED_ROWS = _ROWS - EnrollmentBatch.accepted_rows
_COUNTED_FAILED = EnrollmentBatch.failed - EnrollmentBatch.accepted_failed


def _counted() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        EnrollmentBatch.account_id == id_param("of_account"),
        EnrollmentBatch.job_id == id_param("of_job"),
        EnrollmentBatch.status != constant(BatchStatus.SKIPPED.value),
        _COUNTED_ROWS > 0,
    )


# A batch with failed rows runs these two, and building them takes longer than running them.


@lru_cache
def _in_all() -> AnySelect:
    return sa.select(sa.func.sum(_COUNTED_ROWS), sa.func.sum(_COUNTED_FAILED)).where(*_counted())


@lru_cache
def _newest() -> AnySelect:
    return (
        sa.select(_COUNTED_ROWS, _COUNTED_FAILED)
        .where(*_counted())
        .order_by(EnrollmentBatch.finished_at.desc(), EnrollmentBatch.number.desc())
        .limit(ENOUGH_BATCHES)
    )

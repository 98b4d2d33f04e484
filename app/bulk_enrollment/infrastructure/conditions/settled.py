"""The condition for rows whose outcome is final, because their batch, or their part of it, is settled.

Until then the outcome of a row is what planning expects. Every query that reads outcomes of a job that may
still be running must use this condition.
"""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import OPEN_BATCH
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow
from app.platform.database.many_rows import constants

_batches = EnrollmentBatch.__table__


def is_settled(
    account_id: Any, job_id: Any, rows: Any = EnrollmentRow, *, is_over: bool = False
) -> sa.ColumnElement[bool]:
    """SQL condition: the row is settled. `rows` is the ledger, an alias of it, or its columns.

    All batches of a job except the first and the last have the same size, so the batch number follows from
    the row number. `is_over`: the job is finished, so that all its batches are settled.
    """
    if is_over:
        is_in: sa.ColumnElement[bool] = rows.row_number <= _last_row_of_all(account_id, job_id)
        return is_in
    batch, end = _batches.alias("batch").c, _batches.alias("settled_batch").c
    first_end, size = _last_row(account_id, job_id, 1), _size(account_id, job_id)
    number = sa.case((rows.row_number <= first_end, 1), else_=(rows.row_number - first_end - 1) // size + 2)
    is_closed = end.status.notin_(constants(OPEN_BATCH))
    last = (
        sa.select(sa.func.max(sa.case((is_closed, end.last_row), else_=end.next_row - 1)))
        .where(end.account_id == account_id, end.job_id == job_id)
        .where(sa.or_(is_closed, end.next_row.isnot(None)))
        .scalar_subquery()
    )
    return sa.and_(
        rows.row_number <= last,  # spares the look-up for all rows after the last settled batch
        sa.exists().where(
            batch.account_id == account_id,
            batch.job_id == job_id,
            batch.number == number,
            sa.or_(batch.status.notin_(constants(OPEN_BATCH)), rows.row_number < batch.next_row),
        ),
    )


def _last_row_of_all(account_id: Any, job_id: Any) -> sa.ScalarSelect[int]:
    one = _batches.alias("last_batch").c
    of_job = sa.select(one.last_row).where(one.account_id == account_id, one.job_id == job_id)
    return of_job.order_by(one.number.desc()).limit(sa.literal_column("1")).scalar_subquery()


def _last_row(account_id: Any, job_id: Any, number: int) -> sa.ScalarSelect[int]:
    one = _batches.alias(f"batch_{number}").c
    of_job = (one.account_id == account_id, one.job_id == job_id, one.number == number)
    return sa.select(one.last_row).where(*of_job).scalar_subquery()


def _size(account_id: Any, job_id: Any) -> sa.ScalarSelect[int]:
    second = _batches.alias("second_batch").c
    of_job = (second.account_id == account_id, second.job_id == job_id, second.number == 2)
    return sa.select(second.last_row - second.first_row + 1).where(*of_job).scalar_subquery()

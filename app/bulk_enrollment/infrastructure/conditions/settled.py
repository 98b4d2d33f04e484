"""The condition for rows whose outcome is final, because their batch, or their part of it, is settled.

Until then the outcome of a row is what planning expects. Every query that reads outcomes of a job that may
still be running must use this condition.
"""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import OPEN_BATCH
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow


def is_settled(account_id: Any, job_id: Any, rows: Any = EnrollmentRow) -> sa.ColumnElement[bool]:
    """SQL condition: the row is settled. `rows` is the ledger or an alias of it.

    All batches of a job except the first and the last have the same size, so the batch number follows from
    the row number.
    """
    batch = sa.orm.aliased(EnrollmentBatch, name="batch")
    end = sa.orm.aliased(EnrollmentBatch, name="settled_batch")
    first_end, size = _last_row(account_id, job_id, 1), _size(account_id, job_id)
    number = sa.case((rows.row_number <= first_end, 1), else_=(rows.row_number - first_end - 1) // size + 2)
    is_over = end.status.notin_(OPEN_BATCH)
    last = (
        sa.select(sa.func.max(sa.case((is_over, end.last_row), else_=end.next_row - 1)))
        .where(end.account_id == account_id, end.job_id == job_id, sa.or_(is_over, end.next_row.isnot(None)))
        .scalar_subquery()
    )
    return sa.and_(
        rows.row_number <= last,  # spares the look-up for all rows after the last settled batch
        sa.exists().where(
            batch.account_id == account_id,
            batch.job_id == job_id,
            batch.number == number,
            sa.or_(batch.status.notin_(OPEN_BATCH), rows.row_number < batch.next_row),
        ),
    )


def _last_row(account_id: Any, job_id: Any, number: int) -> sa.ScalarSelect[int]:
    one = sa.orm.aliased(EnrollmentBatch, name=f"batch_{number}")
    of_job = (one.account_id == account_id, one.job_id == job_id, one.number == number)
    return sa.select(one.last_row).where(*of_job).scalar_subquery()


def _size(account_id: Any, job_id: Any) -> sa.ScalarSelect[int]:
    second = sa.orm.aliased(EnrollmentBatch, name="second_batch")
    of_job = (second.account_id == account_id, second.job_id == job_id, second.number == 2)
    return sa.select(second.last_row - second.first_row + 1).where(*of_job).scalar_subquery()

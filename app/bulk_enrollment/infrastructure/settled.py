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

    All batches of a job except the last have the same size, so the batch number follows from the row number.
    """
    first = sa.orm.aliased(EnrollmentBatch, name="first_batch")
    batch = sa.orm.aliased(EnrollmentBatch, name="batch")
    end = sa.orm.aliased(EnrollmentBatch, name="settled_batch")
    size = (
        sa.select(first.last_row)
        .where(first.account_id == account_id, first.job_id == job_id, first.number == 1)
        .scalar_subquery()
    )
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
            batch.number == (rows.row_number - 1) // size + 1,
            sa.or_(batch.status.notin_(OPEN_BATCH), rows.row_number < batch.next_row),
        ),
    )

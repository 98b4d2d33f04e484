"""When the outcome of a row counts: once its batch is settled. Before, it is what planning expects.

Whoever reads outcomes of a job that may still run asks here.
"""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow

OPEN_STATUSES = ("pending", "processing")


def is_settled(account_id: Any, job_id: Any, rows: Any = EnrollmentRow) -> sa.ColumnElement[bool]:
    """The condition on `rows` (the ledger or an alias of it) of one job. All batches of a job but the last
    are of the same size, so a row's batch is found by its number."""
    first = sa.orm.aliased(EnrollmentBatch, name="first_batch")
    batch = sa.orm.aliased(EnrollmentBatch, name="batch")
    end = sa.orm.aliased(EnrollmentBatch, name="settled_batch")
    size = (
        sa.select(first.last_row)
        .where(first.account_id == account_id, first.job_id == job_id, first.number == 1)
        .scalar_subquery()
    )
    last = (
        sa.select(sa.func.max(end.last_row))
        .where(end.account_id == account_id, end.job_id == job_id, end.status.notin_(OPEN_STATUSES))
        .scalar_subquery()
    )
    return sa.and_(
        rows.row_number <= last,  # nothing behind it needs to be looked at row by row
        sa.exists().where(
            batch.account_id == account_id,
            batch.job_id == job_id,
            batch.number == (rows.row_number - 1) // size + 1,
            batch.status.notin_(OPEN_STATUSES),
        ),
    )

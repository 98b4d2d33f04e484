"""Writes to the ledger of jobs whose rows were taken from another job."""

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database import session


def name_kept_rows(account_id: int, job_id: int, first: int, last: int) -> None:
    """Let duplicates among newly planned rows name the kept row by its number in the file."""
    kept = sa.orm.aliased(EnrollmentRow, name="kept")
    in_file = (
        sa.select(sa.cast(kept.source_row, sa.String))
        .where(
            kept.account_id == account_id,
            kept.job_id == job_id,
            kept.row_number == sa.cast(EnrollmentRow.detail, sa.Integer),
        )
        .scalar_subquery()
    )
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.row_number.between(first, last),
            EnrollmentRow.outcome == Outcome.DUPLICATE_IN_SELECTION,
        )
        .values(detail=in_file),
        execution_options={"synchronize_session": False},
    )

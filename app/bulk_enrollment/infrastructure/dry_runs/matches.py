"""Compares the planned contacts of a job with those that meet its filter now."""

import sqlalchemy as sa

from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database import session


def compare(account_id: int, job_id: int, matching: sa.Select[int]) -> tuple[int, int]:
    """Return how many contacts of the select `matching` are not in the ledger of a job, and how many are only
    there. Two sets are compared; no contact is looked up by itself."""
    planned = sa.select(EnrollmentRow.contact_id).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        EnrollmentRow.contact_id.isnot(None),
    )
    counts = (
        sa.select(sa.func.count()).select_from(sa.except_(these, others).subquery())
        for these, others in ((matching, planned), (planned, matching))
    )
    came, left = (session().scalar(count) or 0 for count in counts)
    return came, left

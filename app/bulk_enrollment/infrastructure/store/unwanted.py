"""Deletes the plans of jobs that never run."""

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure.plan_states import is_unwanted
from app.bulk_enrollment.infrastructure.store.planning import forget_after
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


def delete_last(account_id: int, job_id: int, most: int) -> bool:
    """Delete up to `most` ledger rows of a job that never runs, from the last one on, and a discarded dry run
    that has none left. Return whether rows are left."""
    job = (EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
    fewer = EnrollmentJob.planned_rows - most
    left = session().scalar(
        sa.update(EnrollmentJob)
        .where(*job, is_unwanted(), EnrollmentJob.planned_rows > 0)
        .values(planned_rows=sa.case((fewer > 0, fewer), else_=0))
        .returning(EnrollmentJob.planned_rows),
        execution_options=_PLAIN,
    )
    if left is not None:
        forget_after(account_id, job_id, left)
    if not left:
        session().execute(
            sa.delete(EnrollmentJob).where(
                *job, EnrollmentJob.status == JobStatus.DISCARDED, EnrollmentJob.planned_rows == 0
            ),
            execution_options=_PLAIN,
        )
    return bool(left)

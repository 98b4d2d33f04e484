"""Deletes jobs that never run, and finished ones that are older than jobs are kept."""

from datetime import datetime

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.infrastructure.conditions.plan_states import is_unwanted
from app.bulk_enrollment.infrastructure.fixing.tables import FixingRow, FixingSheet, RowEdits
from app.bulk_enrollment.infrastructure.people.past_jobs import keep_rows
from app.bulk_enrollment.infrastructure.relatives import is_needed
from app.bulk_enrollment.infrastructure.store.planning import forget_after
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.bulk_enrollment.infrastructure.verification.tables import JobVerification
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


def expire(account_id: int, job_id: int, before: datetime) -> bool:
    """Hide a job that finished before this moment, delete its batches and fixes, and let go of its upload.
    Its rows are then deleted like those of a discarded dry run. Return whether this call did it."""
    rows = EnrollmentJob.total
    hidden = session().scalar(
        sa.update(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.id == job_id,
            EnrollmentJob.status.in_(FINISHED),
            EnrollmentJob.finished_at < before,
            ~is_needed(),
        )
        .values(
            status=JobStatus.DISCARDED,
            batches=0,
            upload_id=None,
            planned_rows=sa.case((EnrollmentJob.planned_rows > rows, EnrollmentJob.planned_rows), else_=rows),
        )
        .returning(EnrollmentJob.id),
        execution_options=_PLAIN,
    )
    if hidden is None:
        return False
    for table in (EnrollmentBatch, FixingSheet, FixingRow, RowEdits, JobVerification):
        session().execute(
            sa.delete(table).where(table.account_id == account_id, table.job_id == job_id),
            execution_options=_PLAIN,
        )
    return True


def delete_last(account_id: int, job_id: int, most: int) -> bool:
    """Delete up to `most` ledger rows of a job that never runs or has expired, from the last one on, and a
    discarded job that has none left. The consent ledger keeps those of an expired job. Return whether rows
    are left."""
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
        keep_rows(account_id, job_id, after=left)
        forget_after(account_id, job_id, left)
    if not left:
        session().execute(
            sa.delete(EnrollmentJob).where(
                *job, EnrollmentJob.status == JobStatus.DISCARDED, EnrollmentJob.planned_rows == 0
            ),
            execution_options=_PLAIN,
        )
    return bool(left)

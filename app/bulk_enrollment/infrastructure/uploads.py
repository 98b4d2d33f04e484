"""Queries for the jobs that use an upload."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import DRY_RUN
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.infrastructure.tables import Upload
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow


class Use(NamedTuple):
    """A job that was started from an upload. `workflow` None means an import."""

    job_id: str
    status: str
    workflow: str | None
    created_at: datetime


def in_use(account_id: int, upload_ids: Sequence[int]) -> set[int]:
    """Return the ids of the uploads that have a job, including drafts."""
    query = sa.select(EnrollmentJob.upload_id).where(
        EnrollmentJob.account_id == account_id, EnrollmentJob.upload_id.in_(upload_ids)
    )
    return {upload_id for upload_id in session().scalars(query) if upload_id is not None}


def rows_of_jobs(account_id: int) -> int:
    """Return the total number of rows of the account's jobs and dry runs, planned or not."""
    query = sa.select(sa.func.coalesce(sa.func.sum(EnrollmentJob.total), 0)).where(
        EnrollmentJob.account_id == account_id
    )
    return int(session().scalar(query) or 0)


def uses_of_same_bytes(account_id: int, sha256: str, limit: int = 3) -> list[Use]:
    """Return jobs that were started from files with this SHA-256, newest first."""
    query = (
        sa.select(EnrollmentJob.public_id, EnrollmentJob.status, Workflow.name, EnrollmentJob.created_at)
        .join(Upload, Upload.id == EnrollmentJob.upload_id)
        .outerjoin(
            Workflow, sa.and_(Workflow.id == EnrollmentJob.workflow_id, Workflow.account_id == account_id)
        )
        .where(
            EnrollmentJob.account_id == account_id,
            Upload.account_id == account_id,
            Upload.sha256 == sha256,
            EnrollmentJob.status.notin_(DRY_RUN),
        )
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )
    return [Use(*row) for row in session().execute(query)]

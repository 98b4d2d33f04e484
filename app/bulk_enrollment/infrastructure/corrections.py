"""Queries for the links between a job and the jobs that correct its rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import CORRECTABLE, DRY_RUN
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.infrastructure.tables import Upload
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow


class Relative(NamedTuple):
    """A job that corrects another, or is corrected by it."""

    public_id: str
    file_name: str
    status: str


def correctable_jobs(
    account_id: int, workflow_id: str | None, limit: int = 20, public_id: str | None = None
) -> list[tuple[EnrollmentJob, dict[str, Any] | None]]:
    """Return (job, layout of its file) for jobs whose rows can be corrected, newest first.

    `workflow_id` is the public id of the workflow the jobs enroll into; None means imports. With `public_id`,
    return that job only.
    """
    query = (
        sa.select(EnrollmentJob, Upload.layout)
        .outerjoin(Upload, sa.and_(Upload.id == EnrollmentJob.upload_id, Upload.account_id == account_id))
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.status.in_(CORRECTABLE))
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )
    if workflow_id is None:
        query = query.where(EnrollmentJob.kind == "import")
    else:
        into = sa.select(Workflow.id).where(
            Workflow.account_id == account_id, Workflow.public_id == workflow_id
        )
        query = query.where(EnrollmentJob.kind == "enroll", EnrollmentJob.workflow_id.in_(into))
    if public_id is not None:
        query = query.where(EnrollmentJob.public_id == public_id)
    return [(job, layout) for job, layout in session().execute(query)]


def corrected_by(account_id: int, job_id: int, limit: int = 5) -> Sequence[Relative]:
    """Return the jobs that correct this one, newest first, without dry runs."""
    return _relatives(
        account_id, limit, EnrollmentJob.parent_job_id == job_id, EnrollmentJob.status.notin_(DRY_RUN)
    )


def original_of(account_id: int, job: EnrollmentJob) -> Relative | None:
    """Return the job that this one corrects, or None if there is none or it has been deleted."""
    if job.parent_job_id is None:
        return None
    return next(iter(_relatives(account_id, 1, EnrollmentJob.id == job.parent_job_id)), None)


def _relatives(account_id: int, limit: int, *conditions: sa.ColumnElement[bool]) -> Sequence[Relative]:
    rows = session().execute(
        sa.select(EnrollmentJob.public_id, EnrollmentJob.options, EnrollmentJob.status)
        .where(EnrollmentJob.account_id == account_id, *conditions)
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )
    return [Relative(public_id, options.source_name or "file", status) for public_id, options, status in rows]

"""Queries for the links between a job and the jobs that correct, retry, or undo it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import CORRECTABLE, DRY_RUN, UNFINISHED, JobStatus, badge_of
from app.bulk_enrollment.domain.pausing import decision_needed
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.infrastructure.tables import Upload
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow


class Relative(NamedTuple):
    """A job that was created from another, or from which another was created.

    `badge` is the code of its badge; `link` is what the later one does with the earlier one: correction,
    retry, or undo.
    """

    public_id: str
    file_name: str
    badge: str
    link: str


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


def is_needed() -> sa.ColumnElement[bool]:
    """SQL condition: an undo or a retry that is not over, or the figures of an undo, read the job's rows."""
    later = sa.orm.aliased(EnrollmentJob, name="later")
    return sa.exists().where(
        later.account_id == EnrollmentJob.account_id,
        later.parent_job_id == EnrollmentJob.id,
        later.status.in_((*UNFINISHED, JobStatus.DRAFT)),
    )


def children_of(
    account_id: int, job_id: int, limit: int = 5, *, is_suspended: bool = False
) -> Sequence[Relative]:
    """Return the jobs that correct, retry, or undo this one, newest first, without dry runs."""
    found = _jobs(
        account_id, limit, EnrollmentJob.parent_job_id == job_id, EnrollmentJob.status.notin_(DRY_RUN)
    )
    return [_relative(row, row, is_suspended) for row in found]


def original_of(account_id: int, job: EnrollmentJob, *, is_suspended: bool = False) -> Relative | None:
    """Return the job that this one was created from, or None if there is none or it has been deleted."""
    if job.parent_job_id is None:
        return None
    is_shown = EnrollmentJob.status.notin_(DRY_RUN)
    found = _jobs(account_id, 1, EnrollmentJob.id == job.parent_job_id, is_shown)
    return _relative(found[0], job, is_suspended) if found else None


def _jobs(account_id: int, limit: int, *conditions: sa.ColumnElement[bool]) -> Sequence[Any]:
    return (
        session()
        .execute(
            sa.select(
                EnrollmentJob.public_id,
                EnrollmentJob.options,
                EnrollmentJob.status,
                EnrollmentJob.paused_by,
                EnrollmentJob.not_before,
                EnrollmentJob.kind,
                EnrollmentJob.retries,
            )
            .where(EnrollmentJob.account_id == account_id, *conditions)
            .order_by(EnrollmentJob.id.desc())
            .limit(limit)
        )
        .all()
    )


def _relative(shown: Any, later: Any, is_suspended: bool) -> Relative:
    """Return the job `shown`; `later` is the one of the two jobs that was created from the other."""
    link = "undo" if later.kind == "undo" else "correction" if later.retries is None else "retry"
    decision = decision_needed(shown.status, shown.paused_by, shown.not_before)
    badge = badge_of(shown.status, decision, is_suspended)
    return Relative(shown.public_id, shown.options.source_name or "file", badge, link)


def correction_of(account_id: int, job_id: int) -> str | None:
    """Return the public id of the newest job of a corrected file, or None. One that was canceled or failed
    does not count."""
    return session().scalar(
        sa.select(EnrollmentJob.public_id)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.parent_job_id == job_id,
            EnrollmentJob.kind != "undo",
            EnrollmentJob.retries.is_(None),
            EnrollmentJob.status.notin_(DRY_RUN | {JobStatus.CANCELLED, JobStatus.FAILED}),
        )
        .order_by(EnrollmentJob.id.desc())
        .limit(1)
    )


def undo_of(account_id: int, job_id: int) -> EnrollmentJob | None:
    """Return the undo of a job, a draft or started, or None. One that was canceled or failed does not
    count."""
    over = (JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DISCARDED)
    return session().scalar(
        sa.select(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.parent_job_id == job_id,
            EnrollmentJob.kind == "undo",
            EnrollmentJob.status.notin_(over),
        )
        .order_by(EnrollmentJob.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )

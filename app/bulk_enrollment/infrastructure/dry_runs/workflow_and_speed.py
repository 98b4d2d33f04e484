"""Queries for the page of a dry run: the job's workflow, and the speed of the account's recent jobs."""

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.pausing import seconds_at_work
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow

ENOUGH_ROWS = 2_000  # the time of shorter jobs is mostly spent waiting for a worker


def workflow_of(account_id: int, workflow_id: int) -> Workflow | None:
    return session().scalar(
        sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    )


def recent_pace(account_id: int) -> float | None:
    """Return the rows per second of the last five jobs of ENOUGH_ROWS or more, or None without any."""
    query = (
        sa.select(
            EnrollmentJob.total,
            EnrollmentJob.started_at,
            EnrollmentJob.finished_at,
            EnrollmentJob.paused_seconds,
        )
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status.in_((JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS)),
            EnrollmentJob.total >= ENOUGH_ROWS,
            EnrollmentJob.started_at.isnot(None),
        )
        .order_by(EnrollmentJob.id.desc())
        .limit(5)
    )
    rows = seconds = 0.0
    for total, started_at, finished_at, paused in session().execute(query):
        if started_at is not None and finished_at is not None:
            rows += total
            seconds += seconds_at_work(started_at, paused, finished_at)
    return rows / seconds if seconds > 0 else None

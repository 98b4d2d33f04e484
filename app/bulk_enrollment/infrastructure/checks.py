"""What the page of a dry run needs besides the job: its workflow, and how fast the account's jobs were."""

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.pausing import seconds_at_work
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow

ENOUGH_ROWS = 2_000  # shorter jobs mostly wait for a worker, which says nothing of long ones


def workflow_of(account_id: int, workflow_id: int) -> Workflow | None:
    return session().scalar(
        sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    )


def recent_pace(account_id: int) -> float | None:
    """Rows per second of the last jobs that were long enough to tell, or None."""
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
        if finished_at is not None:
            rows += total
            seconds += seconds_at_work(started_at, paused, finished_at)
    return rows / seconds if seconds > 0 else None

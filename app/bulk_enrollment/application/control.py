"""Stopping a job that is under way."""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.progress import tell
from app.bulk_enrollment.application.run import CANCEL_TASK
from app.bulk_enrollment.application.start import find_job
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict

NOT_BEGUN = (JobStatus.SCHEDULED, JobStatus.PENDING, JobStatus.VALIDATING)


def cancel_job(actor: Actor, public_id: str) -> None:
    """Batches that run now finish, the rest is skipped, nothing done is undone. A job that has not begun is
    cancelled at once. Raises Conflict for one that is over."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        job = find_job(actor, public_id)
        if not (_cancel_at_once(job) or jobs.move(job.account_id, job.id, JobStatus.CANCELLING)):
            raise Conflict("JOB_FINISHED", "This job has already finished.")
        tell(job, "job_cancelled")
        activity.record(actor, "job_cancelled", "job", job.public_id)
        after_commit(lambda: queue.send(CANCEL_TASK, job.account_id, job.id))


def _cancel_at_once(job: EnrollmentJob) -> bool:
    return any(
        jobs.move(
            job.account_id,
            job.id,
            JobStatus.CANCELLED,
            only_from=status,
            finished_at=now(),
            planned_at=None,
            totals={Outcome.CANCELLED.name: job.total},
        )
        for status in NOT_BEGUN
    )

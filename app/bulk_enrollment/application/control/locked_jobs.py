"""Jobs that a user wants to change: locked, and refused once they are over."""

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.errors import Conflict


def locked_job(actor: Actor, public_id: str) -> EnrollmentJob:
    """Return the job, locked against concurrent control actions until the transaction ends. Raises NotFound,
    NotAllowed."""
    accounts.lock(actor.account_id)
    job = find_job(actor, public_id)
    accounts.require(actor, permission_for(job.kind))
    return job


def refuse_if_over(job: EnrollmentJob) -> None:
    """Raise Conflict for a job that has finished or is being canceled."""
    if job.status in FINISHED:
        raise Conflict("JOB_FINISHED", "This job has already finished.")
    if job.status == JobStatus.CANCELLING:
        raise Conflict("CONFLICT", "This job is being canceled.")

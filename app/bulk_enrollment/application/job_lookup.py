"""A job by the id that pages and the API use."""

from app.accounts.domain import Actor
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.errors import NotFound


def find_job(actor: Actor, public_id: str) -> EnrollmentJob:
    """Return a job of the actor's account. Raises NotFound."""
    job = queries.job_by_public_id(actor.account_id, public_id)
    if job is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    return job

"""The progress of a job, for those who ask for it and those who follow it live."""

from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.jobs.progress import subject_of
from app.bulk_enrollment.application.report.job_states import job_state
from app.bulk_enrollment.application.report.progress_object import progress_object
from app.bulk_enrollment.domain.job import DRY_RUN, FINISHED, Progress
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.job_facts.progress import progress_of_job
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.clock import now
from app.platform.database import one_snapshot
from app.platform.errors import NotFound
from app.platform.web.event_streams import State


@dataclass(frozen=True)
class FollowedJob:
    """A job that an actor may follow. `subject` is that of its events."""

    public_id: str
    subject: str
    is_over: bool


def follow_job(actor: Actor, public_id: str) -> FollowedJob:
    """Return the job if the actor may see its progress. Raises NotAllowed and NotFound, also for a draft."""
    accounts.require(actor, Permission.REPORTS)
    job = _job(actor.account_id, public_id)
    return FollowedJob(job.public_id, subject_of(job.public_id), job.status in FINISHED)


def read_progress(actor: Actor, public_id: str) -> Progress:
    """Return the progress of a job. Raises NotAllowed, and NotFound also for a dry run."""
    accounts.require(actor, Permission.REPORTS)
    return current_progress(actor.account_id, public_id)


def current_progress(account_id: int, public_id: str) -> Progress:
    """Return the progress of a job of an account; with one statement, unless its people are spread over time.
    Raises NotFound."""
    found = progress_of_job(account_id, public_id, now())
    if found is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    if not found.has_drip or found.progress.is_over:
        return found.progress
    one_snapshot()
    job = queries.job_by_public_id(account_id, public_id)
    return job_state(job).progress if job is not None else found.progress


def live_state(account_id: int, public_id: str) -> State:
    """Return the current progress, read from the database. Raises NotFound."""
    progress = current_progress(account_id, public_id)
    return State(progress_object(public_id, progress), progress.is_over)


def _job(account_id: int, public_id: str) -> EnrollmentJob:
    job = queries.job_by_public_id(account_id, public_id)
    if job is None or job.status in DRY_RUN:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    return job

"""Starting batches, when a job is planned or resumed, or a worker has no next batch of its own job."""

from itertools import dropwhile
from typing import Any

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.jobs.braking import apply_brakes, note_pause
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.pausing import PausedBy, may_resume, seconds_paused
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import batches, jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.logs import log
from app.platform.settings import current

RUN_TASK = "bulk_enrollment.run_batch"


def dispatch(account_id: int, keep_one: bool = False) -> int | None:
    """Start as many of the account's batches as may run now.

    With `keep_one`, return the id of the first one instead of queuing it, for the caller to run at once.
    Nothing starts while the account is suspended.
    """
    if accounts.is_suspended(account_id):
        return None
    with transaction():
        accounts.lock(account_id)
        _follow_workflows(account_id)
        apply_brakes(account_id)
        at_once = accounts.limit_of(account_id, "running_batches", current().max_running_batches)
        granted = batches.grant(account_id, at_once, now())
    kept = granted.pop(0) if keep_one and granted else None
    unsent = list(dropwhile(lambda batch_id: queue.send(RUN_TASK, account_id, batch_id), granted))
    if unsent:
        with transaction():
            batches.release(account_id, unsent)
    return kept


def _follow_workflows(account_id: int) -> None:
    """Pause the jobs of paused workflows; resume those that were paused with a workflow that runs again."""
    for job_id in queries.jobs_of_paused_workflows(account_id):
        jobs.pause(account_id, job_id, PausedBy.WORKFLOW, now())
        note_pause(queries.job_by_id(account_id, job_id), PausedBy.WORKFLOW)
        log.info("job_paused_with_workflow", extra={"job": job_id})
    for job_id in queries.jobs_to_resume_with_workflow(account_id):
        job = queries.job_by_id(account_id, job_id)
        if resume(job, PausedBy.WORKFLOW):
            facts = {"kind": job.kind, "by": PausedBy.WORKFLOW.value}
            activity.record(accounts.worker_actor(account_id), "job_resumed", "job", job.public_id, **facts)


def resume(job: EnrollmentJob, by: PausedBy) -> bool:
    """Resume a paused job, if `by` may end its pause. Return whether this call did it."""
    if job.paused_by is not None and not may_resume(PausedBy(job.paused_by), by):
        return False
    to = JobStatus.PROCESSING if job.started_at else JobStatus.QUEUED
    if not jobs.move(job.account_id, job.id, to, only_from=JobStatus.PAUSED, **pause_ended(job)):
        return False
    publish(job, "job_resumed")
    return True


def pause_ended(job: EnrollmentJob) -> dict[str, Any]:
    """Return the column values of a job whose pause, if any, ends now."""
    paused = seconds_paused(job.paused_seconds, job.started_at, job.paused_at, now())
    return {
        "paused_by": None,
        "paused_by_user": None,
        "paused_at": None,
        "paused_seconds": paused,
        "failures": None,
    }

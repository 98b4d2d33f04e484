"""Stopping jobs, for a while or for good: pause, resume, cancel."""

from typing import NoReturn

from app.accounts.domain import Actor
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job, refuse_if_over
from app.bulk_enrollment.application.jobs.braking import note_pause
from app.bulk_enrollment.application.jobs.dispatch import dispatch, pause_ended, resume
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.jobs.run import CANCEL_TASK
from app.bulk_enrollment.application.telling import tell_end
from app.bulk_enrollment.domain.job import RUNNING, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.pausing import BRAKES, PausedBy, pause_that_holds
from app.bulk_enrollment.infrastructure.failures import accept_failures
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict
from app.workflows import application as workflows

NOT_BEGUN = (JobStatus.SCHEDULED, JobStatus.PENDING, JobStatus.VALIDATING)


def pause_job(actor: Actor, public_id: str) -> None:
    """Start no more batches until the job is resumed; batches in progress finish.

    The pause outlasts pausing and activating the workflow. Idempotent. Raises NotFound, NotAllowed, and
    Conflict for a job that is not running.
    """
    with transaction():
        job = locked_job(actor, public_id)
        if job.status in RUNNING:
            jobs.pause(job.account_id, job.id, PausedBy.PERSON, now(), actor.user_id)
        elif job.status == JobStatus.PAUSED:
            before = PausedBy(job.paused_by) if job.paused_by else None
            holds = pause_that_holds(before, PausedBy.PERSON)
            if holds is before:
                return
            jobs.take_pause_over(job.account_id, job.id, before, holds, actor.user_id)
        else:
            _refuse(job, "paused")
        publish(job, "job_paused")
        activity.record(actor, "job_paused", "job", job.public_id, kind=job.kind)


def resume_job(actor: Actor, public_id: str, pause: PausedBy | None = None) -> PausedBy | None:
    """Resume a paused job. Returns None, or WORKFLOW if it stays paused until its workflow is activated.

    After a brake, the job goes on past its canary, and failures so far no longer count. `pause` is the pause
    that the actor wants to end (None: whichever it is). Idempotent. Raises NotFound, NotAllowed, and Conflict
    for a job that is neither paused nor running, waits for approval, or has another pause by now.
    """
    with transaction():
        job = locked_job(actor, public_id)
        if job.status in RUNNING:
            return None
        if job.status != JobStatus.PAUSED:
            _refuse(job, "resumed")
        before = PausedBy(job.paused_by) if job.paused_by else None
        if before is PausedBy.APPROVAL:
            raise Conflict("CONFLICT", "This job waits for another person’s approval.")
        if pause is not None and pause is not before:
            raise Conflict(
                "CONFLICT", "This job has been paused for another reason since you opened the page."
            )
        if before in BRAKES:
            jobs.change(job.account_id, job.id, canary_rows=None)
            accept_failures(job.account_id, job.id)
        if before is not PausedBy.WORKFLOW or not _workflow_is_paused(job):
            facts = {"kind": job.kind} | ({"by": before} if before in BRAKES else {})
            activity.record(actor, "job_resumed", "job", job.public_id, **facts)
        return go_on_locked(job, PausedBy.PERSON)


def go_on_locked(job: EnrollmentJob, by: PausedBy) -> PausedBy | None:
    """End the pause of a job from `locked_job`. Return None, or WORKFLOW if its workflow is paused, which
    then holds the pause."""
    if not _workflow_is_paused(job):
        resume(job, by)
        after_commit(lambda: dispatch(job.account_id))
        return None
    before = PausedBy(job.paused_by) if job.paused_by else None
    if before is not PausedBy.WORKFLOW:
        jobs.take_pause_over(job.account_id, job.id, before, PausedBy.WORKFLOW)
        note_pause(job, PausedBy.WORKFLOW)
    return PausedBy.WORKFLOW


def cancel_job(actor: Actor, public_id: str) -> None:
    """Cancel a job: running batches finish, the rest is skipped, and nothing is undone. A job that has not
    started is canceled at once. Raises NotFound, NotAllowed, and Conflict for a finished one."""
    with transaction():
        job = locked_job(actor, public_id)
        cancel_locked(job)
        activity.record(actor, "job_cancelled", "job", job.public_id, kind=job.kind)


def cancel_locked(job: EnrollmentJob) -> None:
    """Cancel a job from `locked_job`. Raises Conflict for a finished one."""
    if _cancel_at_once(job):
        tell_end(job.account_id, job.id)
    elif not jobs.move(job.account_id, job.id, JobStatus.CANCELLING, **pause_ended(job)):
        _refuse(job, "canceled")
    publish(job, "job_cancelled")
    after_commit(lambda: queue.send(CANCEL_TASK, job.account_id, job.id))


def _workflow_is_paused(job: EnrollmentJob) -> bool:
    """Return whether the job waits for its workflow; an undo does not."""
    if job.kind != "enroll" or job.workflow_id is None:
        return False
    return workflows.state_of(job.account_id, job.workflow_id) == "paused"


def _refuse(job: EnrollmentJob, done: str) -> NoReturn:
    refuse_if_over(job)
    if job.status == JobStatus.SCHEDULED:
        raise Conflict("CONFLICT", f"This job hasn’t started, so it can’t be {done}.")
    raise Conflict("CONFLICT", f"This job can’t be {done} before its rows are checked.")


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

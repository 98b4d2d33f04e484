"""Use cases of approval: a second person lets a large job run, or refuses it (see docs/decisions/0027)."""

from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job, refuse_if_over
from app.bulk_enrollment.application.control.stopping import cancel_locked, go_on_locked
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.domain.brakes.approval import Approval, is_second_person
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, NotAllowed


def approve_job(actor: Actor, public_id: str) -> None:
    """Let a job run that needs approval, also before all of its rows are checked. If it has more rows then,
    it needs approval again.

    Idempotent. Raises NotFound, NotAllowed (also for the person who started it), and Conflict for a job that
    needs no approval or no longer waits.
    """
    with transaction():
        job = locked_job(actor, public_id)
        if job.approval == Approval.GIVEN and job.status not in FINISHED:
            return
        _decide(actor, job, Approval.GIVEN)
        activity.record(actor, "job_approved", "job", job.public_id, rows=job.total, kind=job.kind)
        if job.status == JobStatus.PAUSED and job.paused_by == PausedBy.APPROVAL:
            go_on_locked(job, PausedBy.APPROVAL)


def refuse_job(actor: Actor, public_id: str) -> None:
    """Cancel a job that needs approval. Nobody has been added by it. Raises like `approve_job`."""
    with transaction():
        job = locked_job(actor, public_id)
        _decide(actor, job, Approval.REFUSED)
        activity.record(actor, "job_refused", "job", job.public_id, rows=job.total, kind=job.kind)
        cancel_locked(job)


def may_decide(actor: Actor, job: EnrollmentJob) -> bool:
    """Return whether the actor may approve or refuse the job, which waits for a decision."""
    waits = job.approval == Approval.NEEDED and job.status not in FINISHED | {JobStatus.CANCELLING}
    return (
        waits
        and actor.may(permission_for(job.kind))
        and is_second_person(actor.user_id, job.approval_asked_by)
    )


def approvers_of(actor: Actor, job: EnrollmentJob) -> list[str]:
    """Return the names of the people who may decide about a job."""
    people = accounts.people_with(actor.account_id, permission_for(job.kind))
    return [one.name for one in people if is_second_person(one.user_id, job.approval_asked_by)]


def _decide(actor: Actor, job: EnrollmentJob, decision: Approval) -> None:
    if job.approval is None:
        raise Conflict("CONFLICT", "This job needs no approval.")
    if not is_second_person(actor.user_id, job.approval_asked_by):
        raise NotAllowed("NOT_ALLOWED", "You started this job, so another person has to decide.")
    refuse_if_over(job)
    if job.approval != Approval.NEEDED:
        raise Conflict("CONFLICT", "This job no longer waits for approval.")
    values: dict[str, Any] = {"approval": decision.value, "approval_by": actor.user_id, "approval_at": now()}
    if not jobs.update_if(job.account_id, job.id, [EnrollmentJob.total == job.total], values):
        raise Conflict("CONFLICT", "The number of rows has just changed. Look at the job again.")
    publish(job, "job_approved" if decision is Approval.GIVEN else "job_refused")

"""Undo of a finished job, as a job of its own.

Its figures are a plan, made in the background like a dry run, so that they are honest at any size; starting
it runs the plan, and every batch looks at its contacts again.
"""

from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.jobs.discarding import discard_dry_run
from app.bulk_enrollment.application.jobs.limits import check_unfinished
from app.bulk_enrollment.application.jobs.plan import PLAN_TASK
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.domain.undoing import why_not_undone
from app.bulk_enrollment.infrastructure import queries, relatives
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict

PRIORITY = 1  # before the account's other jobs: the sooner, the fewer people have moved on


@dataclass(frozen=True)
class UndoFigures:
    """What an undo would change now. `undo` is its job, None if the figures have not been asked for;
    `expected` is {outcome: rows}, empty until they are ready."""

    original: EnrollmentJob
    undo: EnrollmentJob | None
    expected: dict[Outcome, int]

    @property
    def is_ready(self) -> bool:
        return self.undo is not None and self.undo.planned_at is not None

    @property
    def is_started(self) -> bool:
        return self.undo is not None and self.undo.status != JobStatus.DRAFT


def prepare_undo(actor: Actor, public_id: str) -> EnrollmentJob:
    """Start to make the figures of an undo, without changing anything; return its job, a draft.

    Idempotent: while a draft exists, or an undo has been started, that is returned. Raises NotAllowed,
    NotFound, and Conflict if the job can’t be undone.
    """
    with transaction():
        accounts.lock(actor.account_id)
        original = _held(actor, public_id)
        known = relatives.undo_of(original.account_id, original.id)
        if known is not None:
            return known
        return _draft(actor, original)


def refresh_undo(actor: Actor, public_id: str) -> EnrollmentJob:
    """Discard the figures of an undo that has not been started, and make them again; raises like
    `prepare_undo`."""
    with transaction():
        accounts.lock(actor.account_id)
        original = _held(actor, public_id)
        known = relatives.undo_of(original.account_id, original.id)
        if known is not None and known.status != JobStatus.DRAFT:
            return known
        return _draft(actor, original, instead_of=known)


def undo_figures(actor: Actor, public_id: str) -> UndoFigures:
    """Return what an undo of the job would change, as far as it is known. Raises NotAllowed and NotFound."""
    accounts.require(actor, Permission.REPORTS)
    return figures_of(actor, public_id)


def figures_of(actor: Actor, public_id: str) -> UndoFigures:
    """Return the figures that the actor has just asked for, which includes the permission to see them."""
    original = find_job(actor, public_id)
    undo = relatives.undo_of(original.account_id, original.id)
    expected = undo.expected if undo is not None and undo.planned_at is not None else {}
    return UndoFigures(original, undo, {Outcome[name]: rows for name, rows in expected.items() if rows})


def undo_job(actor: Actor, public_id: str) -> EnrollmentJob:
    """Start the undo of a finished job; return its job. A second call returns the same job.

    Takes those contacts out of the workflow that are still in it, removes the contacts that the job created
    and nothing else has touched, and the tags that it added. Overwritten fields stay. Raises NotAllowed,
    NotFound, Conflict if the job can’t be undone, and LimitReached.
    """
    with transaction():
        accounts.lock(actor.account_id)
        original = _held(actor, public_id)
        undo = relatives.undo_of(original.account_id, original.id)
        if undo is None or (undo.failure is not None and undo.status == JobStatus.DRAFT):
            undo = _draft(actor, original, instead_of=undo)
        if undo.status != JobStatus.DRAFT:
            return undo
        check_unfinished(actor)
        jobs.promote(undo.account_id, undo.id, created_by=actor.user_id, approval_asked_by=actor.user_id)
        activity.record(
            actor,
            "job_undone",
            "job",
            original.public_id,
            rows=undo.total,
            kind="import" if original.workflow_id is None else "enroll",
        )
        undo_id = undo.id
        after_commit(lambda: queue.send(PLAN_TASK, actor.account_id, undo_id))
        return queries.job_by_id(actor.account_id, undo.id)


def why_not(job: EnrollmentJob) -> str:
    """Return why a job can’t be undone now, as a sentence; empty if it can."""
    return why_not_undone(job.kind, JobStatus(job.status), job.finished_at, _succeeded(job), now())


def may_undo(actor: Actor, job: EnrollmentJob) -> bool:
    """Return whether the actor may undo the job now. A started undo makes no difference."""
    return job.status in FINISHED and actor.may(_permission(job)) and not why_not(job)


def _held(actor: Actor, public_id: str) -> EnrollmentJob:
    original = find_job(actor, public_id)
    accounts.require(actor, _permission(original))
    undo = relatives.undo_of(original.account_id, original.id)
    is_started = undo is not None and undo.status != JobStatus.DRAFT
    if not is_started and (why := why_not(original)):
        raise Conflict("CONFLICT", why)
    return original


def _permission(job: EnrollmentJob) -> Permission:
    return Permission.CONTACTS if job.workflow_id is None else Permission.WORKFLOWS


def _draft(actor: Actor, original: EnrollmentJob, instead_of: EnrollmentJob | None = None) -> EnrollmentJob:
    undo = jobs.add(
        EnrollmentJob(
            account_id=actor.account_id,
            created_by=actor.user_id,
            kind="undo",
            status=JobStatus.DRAFT.value,
            workflow_id=original.workflow_id,
            selection=original.selection,
            upload_id=original.upload_id,
            parent_job_id=original.id,
            priority=PRIORITY,
            total=_succeeded(original),
            options=JobOptions(source_name=original.options.source_name),
        )
    )
    if instead_of is not None:
        discard_dry_run(instead_of.account_id, instead_of.id)
    after_commit(lambda: queue.send(PLAN_TASK, undo.account_id, undo.id))
    return undo


def _succeeded(job: EnrollmentJob) -> int:
    return sum(rows for name, rows in job.totals.items() if Outcome[name] < FIRST_PROBLEM)

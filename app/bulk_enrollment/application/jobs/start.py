"""Starting a job, and the dry run before it.

A dry run is a job with the hidden status `draft`, planned like any other; starting it promotes the plan. Each
batch reads its contacts again, so that nothing is enrolled by mistake after changes. Starting reads no rows:
it takes the same time at any size. A job with a start time is scheduled instead (see `schedule`).
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.activity import application as activity
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.jobs.braking import approval_is_needed
from app.bulk_enrollment.application.jobs.limits import check_unfinished, make_room_for, row_limit_of
from app.bulk_enrollment.application.jobs.plan import PLAN_TASK
from app.bulk_enrollment.application.selection.accepting import Accepted, accept, confirm
from app.bulk_enrollment.application.selection.corrections import job_to_correct
from app.bulk_enrollment.application.selection.uploads import refuse_over_quota
from app.bulk_enrollment.application.timing.plan_ahead import (
    check_timing,
    people_of,
    with_start,
)
from app.bulk_enrollment.domain.brakes.approval import Approval
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.domain.selection import (
    FileSelection,
    FilterSelection,
    ManualSelection,
    Selection,
    people_in_words,
)
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.dry_runs.workflow_and_speed import workflow_of
from app.bulk_enrollment.infrastructure.relatives import original_of
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, TooMuch
from app.workflows import application as workflows


@dataclass(frozen=True)
class JobRequest:
    """What to start: the selection, options, and the workflow's public id (None: an import).

    A second call with the same `idempotency_key` returns the first one's job. `corrects` is the public id of
    the job whose failed rows are corrected.
    """

    selection: Selection
    options: JobOptions = field(default_factory=JobOptions)
    workflow_id: str | None = None
    idempotency_key: str | None = None
    corrects: str | None = None


def dry_run(actor: Actor, wanted: JobRequest) -> EnrollmentJob:
    """Plan a job without starting it or writing anything visible. It replaces the user's dry run of the same
    upload.

    Raises LimitReached at the account's limit of dry runs or storage.
    """
    with transaction():
        accounts.lock(actor.account_id)
        job = _draft(actor, wanted)
        make_room_for(actor, job)
        after_commit(lambda: queue.send(PLAN_TASK, actor.account_id, job.id))
    return job


def check_again(
    actor: Actor, public_id: str, *, only_with: str | None = None, imports: bool = False
) -> EnrollmentJob:
    """Plan the job of a dry run in another way, as a new dry run.

    `only_with` leaves out people without a value in that contact field; `imports` writes the rows to the
    contacts, also to empty fields, without enrolling anybody. Raises NotFound, NotAllowed, Conflict for a dry
    run that has been started or has no file to import, and Invalid for an unknown field.
    """
    job = find_job(actor, public_id)
    accounts.require(actor, permission_for("import" if imports else job.kind))
    if job.status != JobStatus.DRAFT:
        raise Conflict("CONFLICT", "This job has already been started.")
    options, workflow = job.options, workflow_of(actor.account_id, job.workflow_id or 0)
    original = original_of(actor.account_id, job)
    if only_with is not None:
        options = replace(options, only_with=only_with)
    if imports and not isinstance(job.selection, FileSelection):
        raise Conflict("CONFLICT", "These people are in your contacts already.")
    if imports:
        existing = "fill" if options.existing == "leave" else options.existing
        return dry_run(actor, JobRequest(job.selection, replace(options, only_with="", existing=existing)))
    workflow_id = workflow.public_id if workflow else None
    corrects = original.public_id if original else None
    return dry_run(actor, JobRequest(job.selection, options, workflow_id, corrects=corrects))


def start_job(actor: Actor, wanted: JobRequest) -> EnrollmentJob:
    """Create a job and start it at once, or schedule it.

    Raises NotAllowed, NotFound, Conflict (the workflow is not active), Invalid (`fields`), TooMuch (rows),
    and LimitReached (unfinished jobs, or storage).
    """
    with transaction():
        # A double click finds the first job, and the file cannot be reread in the meantime.
        accounts.lock(actor.account_id)
        if wanted.idempotency_key:
            known = queries.job_of_idempotency_key(actor.account_id, key_of(actor, wanted.idempotency_key))
            if known is not None:
                return known
        job = _draft(actor, wanted)
        return promote(actor, job, wanted.idempotency_key)


def start_draft(actor: Actor, public_id: str) -> EnrollmentJob:
    """Start or schedule the job of a dry run. Starting twice returns the same job."""
    with transaction():
        accounts.lock(actor.account_id)
        job = find_job(actor, public_id)
        accounts.require(actor, permission_for(job.kind))
        if job.kind == "undo":
            raise Conflict("CONFLICT", "This is an undo. Start it from the page of the original job.")
        if job.failure is not None:
            raise Conflict("CONFLICT", job.failure)
        return job if job.status != JobStatus.DRAFT else promote(actor, job, None)


def _draft(actor: Actor, wanted: JobRequest) -> EnrollmentJob:
    kind = "enroll" if wanted.workflow_id else "import"
    accounts.require(actor, permission_for(kind))
    limit = row_limit_of(actor.account_id, is_import=wanted.workflow_id is None)
    accepted = accept(actor, wanted.selection, wanted.options, count_to=limit + 1)
    _check_size(accepted, limit)
    refuse_over_quota(actor.account_id, accepted.rows)
    check_timing(wanted.options, kind, accepted.rows, now())
    target = workflows.startable(actor, wanted.workflow_id) if wanted.workflow_id else None
    parent = job_to_correct(actor, wanted.corrects, wanted.workflow_id) if wanted.corrects else None
    return jobs.add(
        EnrollmentJob(
            account_id=actor.account_id,
            created_by=actor.user_id,
            kind=kind,
            status=JobStatus.DRAFT.value,
            workflow_id=target.workflow_id if target else None,
            selection=accepted.selection,
            upload_id=accepted.upload_id,
            parent_job_id=parent.id if parent else None,
            total=accepted.rows,
            options=replace(
                wanted.options,
                source_name=accepted.source_name,
                people=people_in_words(accepted.selection, accepted.rows),
                again=target.enroll_again if target else False,
            ),
        )
    )


def _check_size(accepted: Accepted, limit: int) -> None:
    if accepted.rows <= limit:
        return
    match accepted.selection:
        case FileSelection():
            what, instead = f"this file has {accepted.rows:,}", "Split the file"
        case ManualSelection():
            what, instead = f"you selected {accepted.rows:,}", "Select fewer"
        case FilterSelection():
            what, instead = "more match this filter", "Narrow the filter"
    raise TooMuch(
        "CONTACT_LIMIT_EXCEEDED",
        f"The limit is {limit:,} contacts per job; {what}. {instead}, or ask an administrator to raise the "
        "limit.",
        limit=limit,
        count=accepted.rows,
    )


def promote(actor: Actor, job: EnrollmentJob, idempotency_key: str | None) -> EnrollmentJob:
    """Turn a draft into a job, with the current workflow version and limits, in the caller's transaction.

    Raises Conflict (the workflow is not active) and LimitReached.
    """
    accounts.lock(actor.account_id)
    check_unfinished(actor)
    started_at = now()
    check_timing(job.options, job.kind, people_of(job), started_at)
    options = with_start(job.options, job.options.scheduled_at or started_at)
    values: dict[str, Any] = {}
    if job.workflow_id is not None:
        target = workflows.startable_by_id(actor, job.workflow_id)
        values["version_id"] = target.version_id
        options = replace(options, first_step=target.first_step, again=target.enroll_again)
    confirm(actor, job)
    tag_ids = contacts.ensure_tags(actor.account_id, options.tags, created_by=actor.user_id)
    if idempotency_key:
        values["idempotency_key"] = key_of(actor, idempotency_key)
    values["options"] = replace(options, tag_ids=tuple(tag_ids))
    if approval_is_needed(actor.account_id, job.total):
        values |= {"approval": Approval.NEEDED.value}
    values["approval_asked_by"] = actor.user_id
    if options.scheduled_at is not None:
        _schedule(actor, job, options.scheduled_at, values)
    elif jobs.promote(actor.account_id, job.id, **values):
        activity.record(actor, "job_started", "job", job.public_id, rows=job.total, kind=job.kind)
        after_commit(lambda: queue.send(PLAN_TASK, actor.account_id, job.id))
    else:
        raise Conflict("CONFLICT", "This job has already been started.")
    return queries.job_by_id(actor.account_id, job.id)


def _schedule(actor: Actor, job: EnrollmentJob, starts_at: datetime, values: dict[str, Any]) -> None:
    """Turn a draft into a scheduled job. The clock starts it, so no task is queued."""
    if job.planned_rows and job.planned_at is None:
        raise Conflict("CONFLICT", "The rows are still being checked. Schedule the job when that is done.")
    if not jobs.promote(actor.account_id, job.id, JobStatus.SCHEDULED, not_before=starts_at, **values):
        raise Conflict("CONFLICT", "This job has already been started.")
    facts = {"rows": job.total, "kind": job.kind, "at": starts_at.isoformat()}
    activity.record(actor, "job_scheduled", "job", job.public_id, **facts)


def key_of(actor: Actor, key: str) -> str:
    """Return the stored key, which differs between users."""
    return hashlib.sha256(f"{actor.user_id}:{key}".encode()).hexdigest()

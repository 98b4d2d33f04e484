"""Retrying rows of a finished job: a new job of the rows that a retry can help, and of those that a user
fixed."""

from collections.abc import Collection
from dataclasses import replace

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job
from app.bulk_enrollment.application.jobs.start import key_of, promote
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.retrying import WHOLE, RetryState, taken_outcomes, write_outcomes
from app.bulk_enrollment.domain.selection import FileSelection, people_in_words
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.fixing import retried_rows, sheets
from app.bulk_enrollment.infrastructure.fixing.tables import LEFT_OUT, READY, TAKEN
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict


def retry_failures(
    actor: Actor,
    public_id: str,
    *,
    outcomes: Collection[Outcome] | None = None,
    with_fixed: bool = True,
    idempotency_key: str | None = None,
) -> EnrollmentJob:
    """Start a job of the rows whose failure a retry can help, and of those that were fixed.

    `outcomes` limits the former (None: all that nobody has retried yet), without `with_fixed` the latter are
    left for later. The new job has the selection and options of the original one, and enrolls into the
    version of the workflow that is active now. A second call with the same `idempotency_key` returns the
    first one's job.

    Raises NotAllowed, NotFound, Conflict (the original has not finished; no row is left to retry, with
    `retry`, the public id of the latest retry; the workflow is not active), FileGone, and LimitReached.
    """
    with transaction():
        original = locked_job(actor, public_id)  # a double click finds that the rows are taken
        if idempotency_key:
            known = queries.job_of_idempotency_key(actor.account_id, key_of(actor, idempotency_key))
            if known is not None:
                return known
        state = _retryable(original)
        chosen = [one for one in state.retryable if outcomes is None or one in outcomes]
        rows = sum(state.retryable[one] for one in chosen) + (state.to_run if with_fixed else 0)
        if not rows:
            raise _nothing_left(state)
        if isinstance(original.selection, FileSelection):
            files.check_is_there(upload_of(original))
        job = jobs.add(_retry_of(actor, original, chosen, rows))
        if with_fixed:
            sheets.take_ready(actor.account_id, original.id, job.id)
        else:
            sheets.keep_earlier_edits(actor.account_id, original.id, job.id)
        activity.record(actor, "job_retried", "job", original.public_id, rows=rows, kind=original.kind)
        started = promote(actor, job, idempotency_key)
        resolve(original)
        return started


def retry_state(actor: Actor, job: EnrollmentJob) -> RetryState | None:
    """Return what can be retried of a job and what has been; None if it has not finished, cannot be read, or
    is an undo."""
    accounts.require(actor, Permission.REPORTS)
    return _state(job) if _may_have_retries(job) else None


def resolve(job: EnrollmentJob) -> None:
    """Close the to-do of a job if all its failed rows are taken care of, or open it again, in the caller's
    transaction."""
    is_resolved = _state(job).failed_left == 0
    if is_resolved != (job.resolved_at is not None):
        jobs.change(job.account_id, job.id, resolved_at=now() if is_resolved else None)


def _may_have_retries(job: EnrollmentJob) -> bool:
    return job.kind != "undo" and job.status in FINISHED and job.status != JobStatus.FAILED


def _retryable(job: EnrollmentJob) -> RetryState:
    if job.kind == "undo":
        raise Conflict("CONFLICT", "An undo can’t be retried. Undo the original job again.")
    if job.status not in FINISHED:
        raise Conflict("CONFLICT", "This job hasn’t finished yet. Retry its rows once it has.")
    if job.status == JobStatus.FAILED:
        raise Conflict("CONFLICT", "The file couldn’t be read. Upload it again to start a new job.")
    return _state(job)


def _state(job: EnrollmentJob) -> RetryState:
    retries = retried_rows.retries_of(job.account_id, job.id)
    counts = retried_rows.counts_by_state(job.account_id, job.id)
    return RetryState(
        outcomes={Outcome[name]: rows for name, rows in job.totals.items() if rows},
        taken=frozenset(one for _public_id, taken in retries for one in taken_outcomes(taken)),
        ready=counts.get(READY, {}),
        fixed=counts.get(TAKEN, {}),
        left_out=counts.get(LEFT_OUT, {}),
        latest=retries[0][0] if retries else None,
    )


def _nothing_left(state: RetryState) -> Conflict:
    if state.latest is not None:
        return Conflict("CONFLICT", "These rows have already been retried.", retry=state.latest)
    return Conflict("CONFLICT", "This job has no rows that a retry can help.")


def _retry_of(actor: Actor, original: EnrollmentJob, outcomes: list[Outcome], rows: int) -> EnrollmentJob:
    return EnrollmentJob(
        account_id=actor.account_id,
        created_by=actor.user_id,
        kind=original.kind,
        status=JobStatus.DRAFT.value,
        workflow_id=original.workflow_id,
        selection=original.selection,
        upload_id=original.upload_id,
        parent_job_id=original.id,
        retries=_retries_of(original, outcomes),
        total=rows,
        options=_options_of(original, rows),
    )


def _options_of(original: EnrollmentJob, rows: int) -> JobOptions:
    """Return the user's choices for the original job; what was set at its start is set anew.

    A retry has no canary if a person let the original job go on after its own.
    """
    people = people_in_words(original.selection, rows)
    brakes = original.options.brakes
    if original.batches and original.canary_rows is None:
        brakes = replace(brakes, canary_rows=None, canary_percent=None)
    return replace(
        original.options,
        people=people,
        scheduled_at=None,
        tag_ids=(),
        first_step=None,
        again=False,
        brakes=brakes,
    )


def _retries_of(original: EnrollmentJob, outcomes: list[Outcome]) -> str:
    was_read = original.planned_at is not None or original.has_source_rows
    return write_outcomes(outcomes) if was_read else WHOLE

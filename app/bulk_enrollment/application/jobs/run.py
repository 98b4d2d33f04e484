"""Running a job: the pump that starts batches, a batch from claim to settlement, the end of a job.

`dispatch` is the one pump: nothing else lets a worker begin. A batch is claimed, then done in one
transaction, all or nothing; it is settled only if the attempt is still ours, so a worker that was thought
dead changes nothing. The transaction that settles a batch claims the next one of its job, unless somebody
else should have a turn or the job is to stop; then the pump is asked again.
"""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import dropwhile
from typing import Any

from sqlalchemy.exc import DBAPIError

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.jobs.batch import (
    NotAsPlanned,
    enroll_as_planned,
    keeps_fields,
    settle_rows,
)
from app.bulk_enrollment.application.jobs.progress import tell
from app.bulk_enrollment.domain.job import JobStatus, final_status, next_wait
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.domain.pausing import PausedBy, may_resume, seconds_paused
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import batches, claims, jobs, planning, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import is_timeout, is_transient, transaction
from app.platform.logs import log
from app.platform.settings import current

RUN_TASK = "bulk_enrollment.run_batch"
CANCEL_TASK = "bulk_enrollment.skip_rest"

# One task may run several batches in a row, but lets other tasks pass after this long.
SECONDS_IN_A_ROW = 2.0


def dispatch(account_id: int, keep_one: bool = False) -> int | None:
    """Start as many of the account's batches as may run now. With `keep_one` the first of them is not sent
    to the queue but returned, for the caller to run at once."""
    with transaction():
        accounts.lock(account_id)
        _follow_workflows(account_id)
        at_once = accounts.limit_of(account_id, "running_batches", current().max_running_batches)
        granted = batches.grant(account_id, at_once)
    kept = granted.pop(0) if keep_one and granted else None
    unsent = list(dropwhile(lambda batch_id: queue.send(RUN_TASK, account_id, batch_id), granted))
    if unsent:
        with transaction():
            batches.release(account_id, unsent)
    return kept


def _follow_workflows(account_id: int) -> None:
    """Pausing a workflow pauses its jobs, and activating it resumes those that nobody else has paused."""
    for job_id in queries.jobs_of_paused_workflows(account_id):
        jobs.pause(account_id, job_id, PausedBy.WORKFLOW, now())
        tell(queries.job_by_id(account_id, job_id), "job_paused")
        log.info("job_paused_with_workflow", extra={"job": job_id})
    for job_id in queries.jobs_to_resume_with_workflow(account_id):
        resume(queries.job_by_id(account_id, job_id), PausedBy.WORKFLOW)


def resume(job: EnrollmentJob, by: PausedBy) -> bool:
    """Let a paused job go on where it was, if `by` may end its pause."""
    if job.paused_by is not None and not may_resume(PausedBy(job.paused_by), by):
        return False
    to = JobStatus.PROCESSING if job.started_at else JobStatus.QUEUED
    if not jobs.move(job.account_id, job.id, to, only_from=JobStatus.PAUSED, **pause_ended(job)):
        return False
    tell(job, "job_resumed")
    return True


def pause_ended(job: EnrollmentJob) -> dict[str, Any]:
    """The columns of a job whose pause, if any, ends now."""
    paused = seconds_paused(job.paused_seconds, job.started_at, job.paused_at, now())
    return {"paused_by": None, "paused_at": None, "paused_seconds": paused}


def run_batches(account_id: int, batch_id: int | None) -> None:
    """Run a batch, and then whatever comes next for the account, for a couple of seconds."""
    until = time.monotonic() + SECONDS_IN_A_ROW
    while batch_id is not None:
        _run_in_a_row(account_id, batch_id, lambda: _may_go_on(until))
        batch_id = dispatch(account_id, keep_one=_may_go_on(until))


def _may_go_on(until: float) -> bool:
    """Whether nothing more pressing waits for this worker."""
    return time.monotonic() < until and not queue.should_stop() and not queue.length("urgent")


def run_batch(account_id: int, batch_id: int) -> None:
    """Do one batch, or nothing when somebody else has it, has done it, or the job is not running."""
    _run_in_a_row(account_id, batch_id, lambda: False)


def _run_in_a_row(account_id: int, batch_id: int, may_go_on: Callable[[], bool]) -> None:
    """Do a batch and further ones of its job, each in one transaction that claims the one after it."""
    with transaction():
        claim = claims.claim(account_id, batch_id, now(), queue.running_task())
    if claim is None:
        return
    job = queries.job_by_id(account_id, claim.job_id)
    while claim is not None:
        claim = _run_claimed(job, claim, may_go_on)
    finish_if_done(account_id, job.id)


def _run_claimed(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool]) -> Claim | None:
    """Do a batch and return the next one, if it was claimed."""
    began = time.perf_counter()
    try:
        following = _do(job, claim, may_go_on)
    except Exception as failure:
        if not is_transient(failure):
            raise
        _put_off(job.account_id, job, claim, failure)
        return None
    milliseconds = round((time.perf_counter() - began) * 1000)
    if claim.number & (claim.number - 1) == 0:  # the job may have doubled the tables since it did so last
        analyze_grown_tables()
    log.info(
        "batch_completed",
        extra={"job": job.id, "batch": claim.number, "attempt": claim.attempt, "ms": milliseconds},
    )
    return following


def analyze_grown_tables() -> None:
    """What a job reads and writes may have grown a thousandfold since the database's planner looked at it. It
    would then read all of an account's rows for each one that it wants."""
    if tables := planning.unknown_tables():
        with transaction():
            planning.analyze_tables(tables)


class _NoLongerOurs(Exception):
    """Somebody else was given the batch; our work on it is undone."""


def _do(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool] = lambda: False) -> Claim | None:
    account_id = job.account_id
    if claim.attempt > len(current().batch_retry_seconds) + 1:
        _give_up(account_id, job, claim, Outcome.TIMEOUT_ERROR)
        return None

    def settle(how: Callable[[EnrollmentJob, Claim, Range, datetime], dict[Outcome, int]]) -> Claim | None:
        with transaction():
            counts = how(job, claim, _span(job, claim), now())
            _settle(job, claim, "completed", now(), counts)
            return claims.claim_next(account_id, job.id, now(), queue.running_task()) if may_go_on() else None

    try:
        try:
            return settle(enroll_as_planned)
        except NotAsPlanned:
            return settle(settle_rows)
        except DBAPIError as failure:
            if is_transient(failure):
                raise
            return settle(settle_rows)
    except _NoLongerOurs:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})
        return None


def _put_off(account_id: int, job: EnrollmentJob, claim: Claim, failure: Exception) -> None:
    """Try a batch again later; after the last attempt its rows carry the error and the job goes on."""
    wait = next_wait(claim.attempt, current().batch_retry_seconds)
    kind = Outcome.TIMEOUT_ERROR if is_timeout(failure) else Outcome.DATABASE_ERROR
    log.warning(
        "batch_failed",
        extra={
            "job": job.id,
            "batch": claim.number,
            "attempt": claim.attempt,
            "failure": type(failure).__name__,
        },
    )
    if wait is None:
        _give_up(account_id, job, claim, kind)
        return
    with transaction():
        claims.put_back(account_id, claim, wait, kind.name)
        tell(job, "batch_put_off", batch=claim.number)


def _give_up(account_id: int, job: EnrollmentJob, claim: Claim, outcome: Outcome) -> None:
    try:
        with transaction():
            span = _span(job, claim)
            rows.write_failed(span, outcome)
            _forget(job, span)
            _settle(job, claim, "failed", now(), rows.count_outcomes(span), outcome.name)
    except _NoLongerOurs:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})


def _settle(
    job: EnrollmentJob,
    claim: Claim,
    status: str,
    at: datetime,
    outcomes: dict[Outcome, int],
    failure: str | None = None,
) -> None:
    counts = as_counts(outcomes) | {"failure": failure}
    if not claims.settle(job.account_id, claim, status, at, counts):
        raise _NoLongerOurs
    tell(job, f"batch_{status}", batch=claim.number, rows=sum(outcomes.values()))


def as_counts(outcomes: dict[Outcome, int]) -> dict[str, object]:
    """What a batch keeps of its outcomes."""
    return totals_by_kind(outcomes) | {"outcomes": {outcome.name: rows for outcome, rows in outcomes.items()}}


def _forget(job: EnrollmentJob, span: Range) -> None:
    if keeps_fields(job):
        rows.forget_fields(span)


def _span(job: EnrollmentJob, claim: Claim) -> Range:
    identifier = job.selection.identifier
    return Range(job.account_id, job.id, identifier, claim.first_row, claim.last_row, claim.first_row)


def skip_rest(account_id: int, job_id: int) -> None:
    """Give every batch of a cancelled job that has not begun its end, one short transaction each."""
    while not queue.should_stop():
        with transaction():
            job = queries.job_by_id(account_id, job_id)
            if job.status == JobStatus.CANCELLED and job.planned_at is None:
                jobs.discard_rows(account_id, job_id)  # it was cancelled before its plan was put to use
            if job.status != JobStatus.CANCELLING:
                return
            batches.abandoned_while_cancelling(account_id, job_id)
            claim = claims.take_to_skip(account_id, job_id)
            if claim is None:
                break
            span = _span(job, claim)
            rows.write_cancelled(span)
            _forget(job, span)
            claims.count_skipped(account_id, claim, now(), as_counts({Outcome.CANCELLED: span.size}))
            tell(job, "batch_skipped", batch=claim.number, rows=span.size)
    finish_if_done(account_id, job_id)


def finish_if_done(account_id: int, job_id: int) -> bool:
    """End the job when no batch is left open. Exactly one of all callers ends it."""
    if queries.has_open_batches(account_id, job_id):
        return False
    figures = queries.job_figures(account_id, [job_id])[job_id]
    with transaction():
        job = queries.job_by_id(account_id, job_id)
        before = JobStatus(job.status)
        if before in (JobStatus.PAUSED, JobStatus.QUEUED):
            # Its last batch ended after it was paused, or there was none.
            jobs.move(account_id, job_id, JobStatus.PROCESSING, only_from=before, **pause_ended(job))
            before = JobStatus.PROCESSING
        if before not in (JobStatus.PROCESSING, JobStatus.CANCELLING):
            return False
        after = final_status(figures.failed, figures.outcomes.get(Outcome.CANCELLED.name, 0))
        if not jobs.finish(account_id, job_id, before, after, now(), figures.outcomes):
            return False
        tell(job, "job_finished", status=after.value)
        actor = accounts.worker_actor(account_id)
        activity.record(
            actor, "job_finished", "job", job.public_id, status=after.value, outcomes=figures.outcomes
        )
    log.info("job_finished", extra={"job": job_id, "status": after.value, "rows": job.total})
    return True

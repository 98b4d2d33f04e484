"""Running a job: a batch from claim to settlement, the ones that follow it, the end of the job.

A batch is claimed, then processed in one transaction, and settled only if
the claim is still valid, so a worker that lost its lease changes nothing. The transaction that settles a
batch also claims the job's next one, unless another job should have its turn or the job is stopping; then
`dispatch` decides again. Small batches that turn out as planned share a transaction.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.jobs.batch import (
    NotAsPlanned,
    enroll_as_planned,
    keeps_fields,
    planned_outcomes,
    settle_rows,
)
from app.bulk_enrollment.application.jobs.discarding import discard_rows
from app.bulk_enrollment.application.jobs.dispatch import dispatch, pause_ended
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.domain.job import BatchStatus, JobStatus, batch_size, final_status, next_wait
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.infrastructure import figures, queries
from app.bulk_enrollment.infrastructure.store import batches, claims, following, jobs, planning, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import is_timeout, is_transient, transaction
from app.platform.logs import log
from app.platform.settings import current

CANCEL_TASK = "bulk_enrollment.skip_rest"

# A task may run several batches in a row for this long, then makes way for other tasks.
SECONDS_IN_A_ROW = 2.0

# Batches of automatic size are completed together, up to so many rows in one transaction: its fixed cost is
# that of enrolling some 500 rows.
ROWS_TOGETHER = 1_000


def run_batches(account_id: int, batch_id: int | None) -> None:
    """Run a batch, then the account's next ones for up to SECONDS_IN_A_ROW seconds."""
    until = time.monotonic() + SECONDS_IN_A_ROW
    while batch_id is not None:
        _run_in_a_row(account_id, batch_id, lambda: _may_go_on(until))
        batch_id = dispatch(account_id, keep_one=_may_go_on(until))


def _may_go_on(until: float) -> bool:
    """Return whether the worker may go on, with no stop requested and no urgent task waiting."""
    return time.monotonic() < until and not queue.should_stop() and not queue.length("urgent")


def run_batch(account_id: int, batch_id: int) -> None:
    """Run one batch; do nothing if it is claimed or settled already, or if the job is not running."""
    _run_in_a_row(account_id, batch_id, lambda: False)


def _run_in_a_row(account_id: int, batch_id: int, may_go_on: Callable[[], bool]) -> None:
    """Run a batch and further ones of its job; the transaction that settles one claims the next."""
    with transaction():
        claim = claims.claim(account_id, batch_id, now(), queue.running_task())
    if claim is None:
        return
    job = queries.job_by_id(account_id, claim.job_id)
    together = _together(job)
    while claim is not None:
        done = _run_claimed(job, claim, may_go_on, together)
        claim = done.next_claim
        if not done.is_as_planned:
            together = 1  # the next ones probably differ from their plan, too
    finish_if_done(account_id, job.id)


def _together(job: EnrollmentJob) -> int:
    """Return the number of batches that may share a transaction; 1 if the size of batches was requested."""
    return 1 if job.options.batch_size else max(1, ROWS_TOGETHER // batch_size(job.total))


class _Done(NamedTuple):
    """The last batch that was run, whether all went as planned, and the claim on the next one."""

    last_number: int
    is_as_planned: bool = False
    next_claim: Claim | None = None


def _run_claimed(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], together: int) -> _Done:
    """Run a claimed batch, with those that follow it in its group of `together` batches."""
    began = time.perf_counter()
    try:
        done = _do(job, claim, may_go_on, together)
    except Exception as failure:
        if not is_transient(failure):
            raise
        _put_off(job.account_id, job, claim, failure)
        return _Done(claim.number)
    milliseconds = round((time.perf_counter() - began) * 1000)
    if done.last_number.bit_length() > (claim.number - 1).bit_length():
        analyze_grown_tables()  # they may have doubled since the last time
    log.info(
        "batch_completed",
        extra={
            "job": job.id,
            "batch": claim.number,
            "last_batch": done.last_number,
            "attempt": claim.attempt,
            "ms": milliseconds,
        },
    )
    return done


def analyze_grown_tables() -> None:
    """Update the statistics of tables that have grown much.

    With old statistics, the query planner may scan all rows of an account for each row it looks up.
    """
    if tables := planning.unknown_tables():
        with transaction():
            planning.analyze_tables(tables)


class _BatchReassigned(Exception):
    """Another worker has claimed the batch. The transaction is rolled back."""


def _do(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], together: int = 1) -> _Done:
    if claim.attempt > len(current().batch_retry_seconds) + 1:
        _give_up(job.account_id, job, claim, Outcome.TIMEOUT_ERROR)
        return _Done(claim.number)
    try:
        try:
            return _carry_out(job, claim, may_go_on, together)
        except NotAsPlanned:
            return _process(job, claim, may_go_on)
        except DBAPIError as failure:
            if is_transient(failure):
                raise
            return _process(job, claim, may_go_on)
    except _BatchReassigned:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})
        return _Done(claim.number)


def _carry_out(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], together: int) -> _Done:
    """Carry out the plan of a batch, and of those that follow in its group, in one transaction."""
    with transaction():
        others: list[Claim] = []
        if together > 1 and may_go_on():
            others = following.lock_following(job.account_id, claim, together)
        enroll_as_planned(job, [claim, *others], _span(job, claim, *others), now())
        _settle(job, claim, BatchStatus.COMPLETED, now(), planned_outcomes(claim))
        counts = [as_counts(planned_outcomes(one)) for one in others]
        following.complete_following(job.account_id, others, queue.running_task(), now(), counts)
        for one in others:
            publish(job, "batch_completed", batch=one.number, rows=_span(job, one).size)
        last_number = [claim, *others][-1].number
        return _Done(last_number, True, _claim_next(job, may_go_on, together))


def _process(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool]) -> _Done:
    """Process a batch whose plan does not apply."""
    with transaction():
        counts = settle_rows(job, _span(job, claim), now())
        _settle(job, claim, BatchStatus.COMPLETED, now(), counts)
        return _Done(claim.number, False, _claim_next(job, may_go_on))


def _claim_next(job: EnrollmentJob, may_go_on: Callable[[], bool], together: int = 1) -> Claim | None:
    if not may_go_on():
        return None
    return claims.claim_next(job.account_id, job.id, now(), queue.running_task(), together)


def _put_off(account_id: int, job: EnrollmentJob, claim: Claim, failure: Exception) -> None:
    """Schedule a retry of a failed batch; after the last attempt, write the error to its rows."""
    wait = next_wait(claim.attempt, current().batch_retry_seconds)
    kind = Outcome.TIMEOUT_ERROR if is_timeout(failure) else Outcome.DATABASE_ERROR
    log.warning(
        "batch_failed",
        extra={
            "job": job.id,
            "batch": claim.number,
            "attempt": claim.attempt,
            "failure": type(failure).__name__,
            "outcome": kind.name,
        },
    )
    if wait is None:
        _give_up(account_id, job, claim, kind)
        return
    with transaction():
        claims.put_back(account_id, claim, wait)
        publish(job, "batch_put_off", batch=claim.number)


def _give_up(account_id: int, job: EnrollmentJob, claim: Claim, outcome: Outcome) -> None:
    try:
        with transaction():
            span = _span(job, claim)
            rows.write_failed(span, outcome)
            _forget(job, span)
            _settle(job, claim, BatchStatus.FAILED, now(), rows.count_outcomes(span))
    except _BatchReassigned:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})


def _settle(
    job: EnrollmentJob,
    claim: Claim,
    status: BatchStatus,
    at: datetime,
    outcomes: dict[Outcome, int],
) -> None:
    if not claims.settle(job.account_id, claim, status, at, as_counts(outcomes)):
        raise _BatchReassigned
    publish(job, f"batch_{status}", batch=claim.number, rows=sum(outcomes.values()))


def as_counts(outcomes: dict[Outcome, int]) -> dict[str, object]:
    """Return the columns of a batch that hold its outcomes."""
    return totals_by_kind(outcomes) | {"outcomes": {outcome.name: rows for outcome, rows in outcomes.items()}}


def _forget(job: EnrollmentJob, span: Range) -> None:
    if keeps_fields(job):
        rows.forget_fields(span)


def _span(job: EnrollmentJob, claim: Claim, *following: Claim) -> Range:
    last_row = following[-1].last_row if following else claim.last_row
    identifier = job.selection.identifier
    return Range(job.account_id, job.id, identifier, claim.first_row, last_row, claim.first_row)


def skip_rest(account_id: int, job_id: int) -> None:
    """Skip all pending batches of a job that is being canceled, in one short transaction each."""
    while not queue.should_stop():
        with transaction():
            job = queries.job_by_id(account_id, job_id)
            if job.status == JobStatus.CANCELLED:
                discard_rows(account_id, job_id)  # if it was canceled before its batches were created
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
            publish(job, "batch_skipped", batch=claim.number, rows=span.size)
    finish_if_done(account_id, job_id)


def finish_if_done(account_id: int, job_id: int) -> bool:
    """End the job if no batch is open. Return True to exactly one of several callers."""
    if queries.has_open_batches(account_id, job_id):
        return False
    totals = figures.job_figures(account_id, [job_id])[job_id]
    with transaction():
        job = queries.job_by_id(account_id, job_id)
        before = JobStatus(job.status)
        if before in (JobStatus.PAUSED, JobStatus.QUEUED):
            # Its last batch was settled after it was paused, or it has no batches.
            jobs.move(account_id, job_id, JobStatus.PROCESSING, only_from=before, **pause_ended(job))
            before = JobStatus.PROCESSING
        if before not in (JobStatus.PROCESSING, JobStatus.CANCELLING):
            return False
        after = final_status(totals.failed, totals.outcomes.get(Outcome.CANCELLED.name, 0))
        if not jobs.finish(account_id, job_id, before, after, now(), totals.outcomes):
            return False
        publish(job, "job_finished", status=after.value)
        actor = accounts.worker_actor(account_id)
        activity.record(
            actor, "job_finished", "job", job.public_id, status=after.value, outcomes=totals.outcomes
        )
    log.info("job_finished", extra={"job": job_id, "status": after.value, "rows": job.total})
    return True

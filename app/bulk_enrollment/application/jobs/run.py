"""Running a job: a batch from claim to settlement, the ones that follow it, the end of the job.

A batch is claimed, then processed in one transaction, and settled only if
the claim is still valid, so a worker that lost its lease changes nothing. The transaction that settles a
batch also claims the job's next one, unless another job should have its turn or the job is stopping; then
`dispatch` decides again. Small batches that turn out as planned share a transaction. Under a drip or a rate
limit a transaction enrolls no more people than are permitted then: a part of a batch, or nobody.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.jobs.batch import (
    NOTHING,
    NotAsPlanned,
    enroll_as_planned,
    planned_outcomes,
    settle_rows,
)
from app.bulk_enrollment.application.jobs.braking import must_brake
from app.bulk_enrollment.application.jobs.discarding import discard_rows
from app.bulk_enrollment.application.jobs.dispatch import dispatch, pause_ended
from app.bulk_enrollment.application.jobs.failing import give_up, put_off
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.jobs.settling import (
    BatchReassigned,
    analyze_grown_tables,
    as_counts,
    count_rows,
    forget_fields,
    settle_part,
    span_of,
)
from app.bulk_enrollment.application.telling import tell_end
from app.bulk_enrollment.application.timing import parts
from app.bulk_enrollment.application.timing.allowance import Limits, limits_of
from app.bulk_enrollment.application.timing.parts import MustWait, Part, TooManyEnrolled
from app.bulk_enrollment.domain.job import JobStatus, batch_size, final_status
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.infrastructure import figures, queries
from app.bulk_enrollment.infrastructure.store import (
    batches,
    claims,
    following,
    jobs,
    rows,
    skipping,
)
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import metrics, queue
from app.platform.clock import now
from app.platform.database import is_transient, transaction
from app.platform.database.deadlocks import despite_deadlocks
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
        makes_way = _run_in_a_row(account_id, batch_id, lambda: _may_go_on(until))
        batch_id = dispatch(account_id, keep_one=_may_go_on(until) and not makes_way)


def _may_go_on(until: float) -> bool:
    """Return whether the worker may go on, with no stop requested and no urgent task waiting."""
    return time.monotonic() < until and not queue.should_stop() and not queue.length("urgent")


def run_batch(account_id: int, batch_id: int) -> None:
    """Run one batch; do nothing if it is claimed or settled already, or if the job is not running."""
    _run_in_a_row(account_id, batch_id, lambda: False)


def _run_in_a_row(account_id: int, batch_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Run a batch and further ones of its job; the transaction that settles one claims the next. Return
    whether the worker should make way for other jobs then."""
    with transaction():
        claim = claims.claim(account_id, batch_id, now(), queue.running_task())
    if claim is None:
        return False
    job = queries.job_by_id(account_id, claim.job_id)
    limits = limits_of(job)
    together = 1 if limits else _together(job)
    while claim is not None:
        done = _run_claimed(job, claim, may_go_on, together, limits)
        claim = done.next_claim
        if not done.is_as_planned:
            together = 1  # the next ones probably differ from their plan, too
    finish_if_done(account_id, job.id)
    return done.makes_way


def _together(job: EnrollmentJob) -> int:
    """Return the number of batches that may share a transaction; 1 if the size of batches was requested."""
    return 1 if job.options.batch_size else max(1, ROWS_TOGETHER // batch_size(job.total))


class _Done(NamedTuple):
    """The last batch that was run, whether all went as planned, the claim on the next one, and whether the
    worker should make way for other jobs instead."""

    last_number: int
    is_as_planned: bool = False
    next_claim: Claim | None = None
    makes_way: bool = False


def _run_claimed(
    job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], together: int, limits: Limits
) -> _Done:
    """Run a claimed batch, with those that follow it in its group of `together` batches, or as much of it as
    the limits permit."""
    began = time.perf_counter()
    try:
        done = despite_deadlocks(lambda: _do(job, claim, may_go_on, together, limits))
    except MustWait as limited:
        if parts.can_wait_here(limited.until, may_go_on):
            return _run_claimed(job, claim, may_go_on, together, limits)
        parts.wait(job, claim, limited)
        return _Done(claim.number, True)
    except Exception as failure:
        if not is_transient(failure):
            raise
        put_off(job, claim, failure)
        return _Done(claim.number)
    seconds = time.perf_counter() - began
    metrics.took(metrics.BATCH_SECONDS, seconds)
    if done.last_number.bit_length() > (claim.number - 1).bit_length():
        analyze_grown_tables()  # they may have doubled since the last time
    log.info(
        "batch_completed",
        extra={
            "job": job.id,
            "batch": claim.number,
            "last_batch": done.last_number,
            "attempt": claim.attempt,
            "ms": round(seconds * 1000),
        },
    )
    return done


def _do(
    job: EnrollmentJob,
    claim: Claim,
    may_go_on: Callable[[], bool],
    together: int,
    limits: Limits,
) -> _Done:
    if claim.attempt > len(current().batch_retry_seconds) + 1:
        give_up(job, claim, Outcome.TIMEOUT_ERROR)
        return _Done(claim.number)
    try:
        try:
            return _carry_out(job, claim, may_go_on, together, limits)
        except NotAsPlanned:
            return _process(job, claim, may_go_on, limits)
        except DBAPIError as failure:
            if is_transient(failure):
                raise
            return _process(job, claim, may_go_on, limits)
    except BatchReassigned:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})
        return _Done(claim.number)


def _carry_out(
    job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], together: int, limits: Limits
) -> _Done:
    """Carry out the plan of a batch, and of those that follow in its group, in one transaction."""
    with transaction():
        part = parts.part_of(job, claim, limits) if limits else Part(claim, now())
        claim = part.claim
        others: list[Claim] = []
        if together > 1 and may_go_on():
            others = following.lock_following(job.account_id, claim, together, part.at, job.pace_changes)
        written = enroll_as_planned(job, [claim, *others], span_of(job, claim, *others), part.at)
        settle_part(job, part, planned_outcomes(claim), written)
        counts = [as_counts(planned_outcomes(one), one) | NOTHING._asdict() for one in others]
        following.complete_following(job.account_id, others, queue.running_task(), now(), counts)
        for one in others:
            publish(job, "batch_completed", batch=one.number, rows=span_of(job, one).size)
            count_rows(planned_outcomes(one))
        last_number = [claim, *others][-1].number
        if part.makes_way:
            return _Done(last_number, True, makes_way=True)
        failed = sum(totals_by_kind(planned_outcomes(one))["failed"] for one in [claim, *others])
        return _Done(last_number, True, _claim_next(job, may_go_on, failed, limits, together))


def _process(job: EnrollmentJob, claim: Claim, may_go_on: Callable[[], bool], limits: Limits) -> _Done:
    """Process a batch whose plan does not apply."""
    try:
        return _process_part(job, claim, may_go_on, limits)
    except TooManyEnrolled:
        return _process_part(job, claim, may_go_on, limits, is_cautious=True)


def _process_part(
    job: EnrollmentJob,
    claim: Claim,
    may_go_on: Callable[[], bool],
    limits: Limits,
    is_cautious: bool = False,
) -> _Done:
    with transaction():
        part = parts.part_of(job, claim, limits, is_cautious=is_cautious) if limits else Part(claim, now())
        counts, written = settle_rows(job, span_of(job, part.claim), part.at)
        settle_part(job, part, counts, written)
        if part.makes_way:
            return _Done(claim.number, makes_way=True)
        failed = totals_by_kind(counts)["failed"]
        return _Done(claim.number, False, _claim_next(job, may_go_on, failed, limits))


def _claim_next(
    job: EnrollmentJob, may_go_on: Callable[[], bool], failed: int, limits: Limits, together: int = 1
) -> Claim | None:
    """Claim the job's next batch, unless the worker or the job must stop after one with `failed` failed
    rows."""
    if not may_go_on() or must_brake(job, failed):
        return None
    task = queue.running_task()
    return claims.claim_next(job.account_id, job.id, now(), task, together, limits.pace_changes)


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
            claim = skipping.take_to_skip(account_id, job_id)
            if claim is None:
                break
            span = span_of(job, claim)
            rows.write_cancelled(span)
            forget_fields(job, span)
            skipping.count_skipped(account_id, claim, now(), as_counts({Outcome.CANCELLED: span.size}, claim))
            publish(job, "batch_skipped", batch=claim.number, rows=span.size)
            count_rows({Outcome.CANCELLED: span.size})
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
        tell_end(account_id, job_id)
        facts = {"kind": job.kind, "status": after.value, "outcomes": totals.outcomes}
        actor = accounts.worker_actor(account_id)
        activity.record(actor, "job_finished", "job", job.public_id, **facts)
    log.info("job_finished", extra={"job": job_id, "status": after.value, "rows": job.total})
    return True

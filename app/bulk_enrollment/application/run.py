"""Running a job: the pump that starts batches, a batch from claim to settlement, the end of a job.

`dispatch` is the one pump: nothing else lets a batch start. A batch is claimed in a short transaction and
done in a second one, all or nothing; it is settled only if the attempt is still ours, so a worker that was
thought dead changes nothing. After each the pump is asked again.
"""

import time
from datetime import datetime
from itertools import dropwhile

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.batch import settle_rows
from app.bulk_enrollment.domain.job import JobStatus, final_status, next_wait
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import batches, jobs, planning, rows
from app.bulk_enrollment.infrastructure.store.batches import Claim
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
    """Pausing a workflow pauses its jobs, and activating it lets them go on."""
    for job_id, started in queries.jobs_of_paused_workflows(account_id):
        jobs.move(account_id, job_id, JobStatus.PAUSED)
        log.info("job_paused_with_workflow", extra={"job": job_id, "started": started})
    for job_id, started in queries.paused_jobs_of_running_workflows(account_id):
        jobs.move(account_id, job_id, JobStatus.PROCESSING if started else JobStatus.QUEUED)


def run_batches(account_id: int, batch_id: int) -> None:
    """Run a batch, and then whatever the pump keeps for us, for a couple of seconds."""
    until = time.monotonic() + SECONDS_IN_A_ROW
    mine: int | None = batch_id
    while mine is not None:
        run_batch(account_id, mine)
        mine = dispatch(account_id, keep_one=time.monotonic() < until and not queue.is_to_stop())


def run_batch(account_id: int, batch_id: int) -> None:
    """Do one batch, or nothing when somebody else has it, has done it, or the job is not running."""
    began = time.perf_counter()
    with transaction():
        claim = batches.claim(account_id, batch_id, now(), queue.holder())
    if claim is None:
        return
    job = queries.job_by_id(account_id, claim.job_id)
    try:
        _do(account_id, job, claim)
    except Exception as failure:
        if not is_transient(failure):
            raise
        _put_off(account_id, job, claim, failure)
    else:
        _know_sizes(job, claim)
        milliseconds = round((time.perf_counter() - began) * 1000)
        log.info(
            "batch_completed",
            extra={"job": job.id, "batch": claim.number, "attempt": claim.attempt, "ms": milliseconds},
        )
    finish_if_done(account_id, job.id)


def _know_sizes(job: EnrollmentJob, claim: Claim) -> None:
    """Contacts that a job makes are new to the planner, which would go on reading all of them for each row:
    tell it after the first batch, and whenever there are twice as many."""
    is_doubling = claim.number & (claim.number - 1) == 0
    if is_doubling and job.options.creates:
        with transaction():
            planning.know_people()


class _NoLongerOurs(Exception):
    """Somebody else was given the batch; our work on it is undone."""


def _do(account_id: int, job: EnrollmentJob, claim: Claim) -> None:
    if claim.attempt > len(current().batch_retry_seconds) + 1:
        _give_up(account_id, job, claim, Outcome.TIMEOUT_ERROR)
        return
    try:
        with transaction():
            counts = settle_rows(job, _span(job, claim), now())
            _settle(account_id, claim, "completed", now(), counts)
    except _NoLongerOurs:
        log.info("batch_given_to_another", extra={"job": job.id, "batch": claim.number})


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
        batches.put_back(account_id, claim, wait, kind.name)


def _give_up(account_id: int, job: EnrollmentJob, claim: Claim, outcome: Outcome) -> None:
    try:
        with transaction():
            span = _span(job, claim)
            rows.write_failed(span, outcome)
            _settle(account_id, claim, "failed", now(), rows.count_outcomes(span), outcome.name)
    except _NoLongerOurs:
        log.info("batch_given_to_another", extra={"job": job.id, "batch": claim.number})


def _settle(
    account_id: int,
    claim: Claim,
    status: str,
    at: datetime,
    outcomes: dict[Outcome, int],
    failure: str | None = None,
) -> None:
    counts = as_counts(outcomes) | {"failure": failure}
    if not batches.settle(account_id, claim, status, at, counts):
        raise _NoLongerOurs


def as_counts(outcomes: dict[Outcome, int]) -> dict[str, object]:
    """What a batch keeps of its outcomes."""
    return totals_by_kind(outcomes) | {"outcomes": {outcome.name: rows for outcome, rows in outcomes.items()}}


def _span(job: EnrollmentJob, claim: Claim) -> Range:
    return Range(job.account_id, job.id, job.selection.identifier, claim.first_row, claim.last_row)


def skip_rest(account_id: int, job_id: int) -> None:
    """Give every batch of a cancelled job that has not begun its end, one short transaction each."""
    while not queue.is_to_stop():
        with transaction():
            job = queries.job_by_id(account_id, job_id)
            if job.status == JobStatus.CANCELLED and job.planned_at is None:
                jobs.discard_rows(account_id, job_id)  # it was cancelled before its plan was put to use
            if job.status != JobStatus.CANCELLING:
                return
            batches.abandoned_while_cancelling(account_id, job_id)
            claim = batches.take_to_skip(account_id, job_id)
            if claim is None:
                break
            span = _span(job, claim)
            rows.write_cancelled(span)
            batches.count_skipped(account_id, claim, now(), as_counts({Outcome.CANCELLED: span.size}))
    finish_if_done(account_id, job_id)


def finish_if_done(account_id: int, job_id: int) -> bool:
    """End the job when no batch is left open. Exactly one of all callers ends it."""
    if queries.has_open_batches(account_id, job_id):
        return False
    figures = queries.job_figures(account_id, [job_id])[job_id]
    with transaction():
        job = queries.job_by_id(account_id, job_id)
        before = JobStatus(job.status)
        if before is JobStatus.PAUSED and jobs.move(account_id, job_id, JobStatus.PROCESSING):
            before = JobStatus.PROCESSING  # its last batch ended after it was paused
        if before not in (JobStatus.PROCESSING, JobStatus.CANCELLING):
            return False
        after = final_status(figures.failed, figures.outcomes.get(Outcome.CANCELLED.name, 0))
        if not jobs.finish(account_id, job_id, before, after, now(), figures.outcomes):
            return False
        actor = accounts.worker_actor(account_id)
        activity.record(
            actor, "job_finished", "job", job.public_id, status=after.value, outcomes=figures.outcomes
        )
    log.info("job_finished", extra={"job": job_id, "status": after.value, "rows": job.total})
    return True

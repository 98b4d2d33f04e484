"""Batches that fail: they are tried again later, and after the last attempt their rows carry the error."""

import time
from collections import deque
from collections.abc import Sequence
from functools import partial

from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.jobs.settling import BatchReassigned, forget_fields, settle, span_of
from app.bulk_enrollment.application.selection.row_consent import keep_refusals, says_consent
from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.domain.outcomes import REFUSAL_LOST, Outcome
from app.bulk_enrollment.infrastructure.store import claims, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.claims.retry_waits import wait_after
from app.platform.clock import now
from app.platform.database import is_timeout, is_transient, limit_statements, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.logs import log
from app.platform.settings import current

# How many times more a batch waits that is given up, if what its rows say about consent can't be kept.
WAITS_FOR_CONSENT = 3
# How many rows share a transaction that keeps it, and for how long an attempt goes on.
ROWS_KEPT_TOGETHER = 100
KEEPING_SECONDS = 120.0


def put_off(job: EnrollmentJob, claim: Claim, failure: Exception) -> None:
    """Schedule a retry of a failed batch; after the last attempt, write the error to its rows."""
    wait = wait_after(claim.attempt, current().batch_retry_seconds)
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
        give_up(job, claim, kind)
    else:
        _wait(job, claim, wait)


def give_up(job: EnrollmentJob, claim: Claim, outcome: Outcome) -> None:
    """Write an error to the rows of a batch. What they say about consent is kept first; if some of it can't
    be kept now, the batch waits and is given up later, but not forever."""
    waits = current().batch_retry_seconds
    last_attempt = len(waits) + 2 + WAITS_FOR_CONSENT
    try:
        lost = _keep_refusals(job, claim, last_attempt) if says_consent(job) else []
        if lost and claim.attempt < last_attempt:
            log.warning("batch_not_given_up", extra={"job": job.id, "batch": claim.number})
            _wait(job, claim, max(waits, default=10.0))
            return
        _write_failed(job, claim, outcome, lost)
    except BatchReassigned:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})


def _keep_refusals(job: EnrollmentJob, claim: Claim, last_attempt: int) -> list[Range]:
    """Keep what the rows of a batch say about consent, in pieces, each in a transaction of its own. A piece
    that times out is halved. Return the rows of which it could not be kept, which are all of them after
    workers have died of it too often. Raises BatchReassigned."""
    span = span_of(job, claim)
    if claim.attempt > last_attempt:
        return [span]
    lost: list[Range] = []
    waiting, end = deque(span.pieces(ROWS_KEPT_TOGETHER)), time.monotonic() + KEEPING_SECONDS
    while waiting and time.monotonic() < end:
        piece = waiting.popleft()
        try:
            despite_deadlocks(partial(_keep_piece, job, claim, piece))
        except Exception as failure:
            if not is_transient(failure):
                raise
            if is_timeout(failure) and piece.size > 1:
                waiting.extend(piece.halves())
            else:
                lost.append(piece)
            _keep_piece(job, claim)
    return [*lost, *waiting]


def _keep_piece(job: EnrollmentJob, claim: Claim, piece: Range | None = None) -> None:
    """Keep what some rows say about consent, and begin the lease anew, of which a statement may take a part.
    Raises BatchReassigned."""
    with transaction():
        limit_statements(max(1.0, current().batch_lease_seconds / 6))
        if not claims.renew(job.account_id, claim):
            raise BatchReassigned
        if piece is not None:
            keep_refusals(job, piece, now())


def _write_failed(job: EnrollmentJob, claim: Claim, outcome: Outcome, lost: Sequence[Range]) -> None:
    with transaction():
        span = span_of(job, claim)
        rows.write_failed(span, outcome)
        for piece in lost:
            rows.write_failed(piece, outcome, REFUSAL_LOST)
        forget_fields(job, span)
        settle(job, claim, BatchStatus.FAILED, now(), rows.count_outcomes(span))
    if lost:
        number = sum(piece.size for piece in lost)
        log.error("refusals_not_kept", extra={"job": job.id, "batch": claim.number, "rows": number})


def _wait(job: EnrollmentJob, claim: Claim, seconds: float) -> None:
    with transaction():
        claims.put_back(job.account_id, claim, seconds)
        publish(job, "batch_put_off", batch=claim.number)

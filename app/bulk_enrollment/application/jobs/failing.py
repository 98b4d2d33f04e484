"""Batches that fail: they are tried again later, and after the last attempt their rows carry the error."""

from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.jobs.settling import BatchReassigned, forget_fields, settle, span_of
from app.bulk_enrollment.application.selection.row_consent import keep_refusals, says_consent
from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store import claims, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.claims.retry_waits import wait_after
from app.platform.clock import now
from app.platform.database import is_timeout, is_transient, transaction
from app.platform.logs import log
from app.platform.settings import current

# How many times more a batch waits that is given up, if what its rows say about consent can't be kept.
WAITS_FOR_CONSENT = 3


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
    """Write an error to the rows of a batch. What they say about consent is kept first; if that fails for a
    passing reason, the batch waits and is given up later, but not forever."""
    waits = current().batch_retry_seconds
    keeps = says_consent(job) and claim.attempt <= len(waits) + 1 + WAITS_FOR_CONSENT
    try:
        with transaction():
            span = span_of(job, claim)
            if keeps:
                keep_refusals(job, span, now())
            rows.write_failed(span, outcome)
            forget_fields(job, span)
            settle(job, claim, BatchStatus.FAILED, now(), rows.count_outcomes(span))
    except BatchReassigned:
        log.info("batch_reassigned", extra={"job": job.id, "batch": claim.number})
    except Exception as failure:
        if not (keeps and is_transient(failure)):
            raise
        log.warning("batch_not_given_up", extra={"job": job.id, "batch": claim.number})
        _wait(job, claim, max(waits, default=10.0))
    else:
        if says_consent(job) and not keeps:
            log.error("refusals_not_kept", extra={"job": job.id, "batch": claim.number})


def _wait(job: EnrollmentJob, claim: Claim, seconds: float) -> None:
    with transaction():
        claims.put_back(job.account_id, claim, seconds)
        publish(job, "batch_put_off", batch=claim.number)

"""Writing what became of a batch's rows to the batch, if the worker's claim still holds it, and keeping the
statistics of the tables that grow with it."""

from collections.abc import Mapping
from datetime import datetime

from app.bulk_enrollment.application.jobs.batch import NOTHING, Written, keeps_fields
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.timing.parts import Part
from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.infrastructure.store import claims, planning, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import metrics
from app.platform.clock import now
from app.platform.database import after_commit, transaction


class BatchReassigned(Exception):
    """Another worker has claimed the batch. The transaction is rolled back."""


def settle(
    job: EnrollmentJob,
    claim: Claim,
    status: BatchStatus,
    at: datetime,
    outcomes: dict[Outcome, int],
    written: Written = NOTHING,
) -> None:
    counts = as_counts(outcomes, claim) | written._asdict()
    if not claims.settle(job.account_id, claim, status, at, counts):
        raise BatchReassigned
    publish(job, f"batch_{status}", batch=claim.number, rows=sum(outcomes.values()))
    count_rows(outcomes)


def settle_part(job: EnrollmentJob, part: Part, outcomes: dict[Outcome, int], written: Written) -> None:
    """Settle a part of a batch, or all of it. What batches that share a transaction have written counts for
    the first of them."""
    part.count(job, outcomes)
    if part.rest is None:
        settle(job, part.claim, BatchStatus.COMPLETED, now(), outcomes, written)
        return
    counts = as_counts(outcomes, part.claim) | written._asdict()
    if not claims.settle_part(job.account_id, part.claim, part.rest, now(), counts):
        raise BatchReassigned
    publish(job, "batch_advanced", batch=part.claim.number, rows=sum(outcomes.values()))
    count_rows(outcomes)


def count_rows(outcomes: Mapping[Outcome, int]) -> None:
    """Count settled rows for /metrics, after the commit."""

    def count() -> None:
        for outcome, number in outcomes.items():
            metrics.count(metrics.ROWS, outcome.name, more=number)

    after_commit(count)


def as_counts(outcomes: dict[Outcome, int], claim: Claim) -> dict[str, object]:
    """Return the columns of a batch that hold its outcomes, of which earlier parts have settled some."""
    merged = {Outcome[name]: count for name, count in claim.outcomes.items()}
    for outcome, count in outcomes.items():
        merged[outcome] = merged.get(outcome, 0) + count
    return totals_by_kind(merged) | {"outcomes": {outcome.name: count for outcome, count in merged.items()}}


def forget_fields(job: EnrollmentJob, span: Range) -> None:
    if keeps_fields(job):
        rows.forget_fields(span)


def span_of(job: EnrollmentJob, claim: Claim, *following: Claim) -> Range:
    last_row = following[-1].last_row if following else claim.last_row
    identifier = job.selection.identifier
    return Range(job.account_id, job.id, identifier, claim.first_row, last_row, claim.first_row)


def analyze_grown_tables() -> None:
    """Update the statistics of tables that have grown much.

    With old statistics, the query planner may scan all rows of an account for each row it looks up.
    """
    if tables := planning.unknown_tables():
        with transaction():
            planning.analyze_tables(tables)

"""Splitting a planned ledger into batches."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.conditions.newcomers import makes_contact
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow
from app.platform.database import session

ROWS_AT_ONCE = 100_000  # SQLite sorts what it groups in memory


@dataclass
class PlannedBatch:
    """The plan of a batch: {outcome name: rows}, and the number of rows that create a contact."""

    expected: Counter[str] = field(default_factory=Counter)
    newcomers: int = 0


def planned_batches(account_id: int, job_id: int, size: int, canary: int = 0) -> dict[int, PlannedBatch]:
    """Return {batch number: plan} for a planned job that is split into batches of `size` rows, after a first
    one of `canary` rows."""
    ledger = (EnrollmentRow.account_id == account_id, EnrollmentRow.job_id == job_id)
    last_row = session().scalar(sa.select(sa.func.max(EnrollmentRow.row_number)).where(*ledger)) or 0
    place = (EnrollmentRow.row_number - 1) // size
    if canary:
        later = (EnrollmentRow.row_number - 1 - canary) // size + 1
        place = sa.case((EnrollmentRow.row_number <= canary, 0), else_=later)
    planned = (
        sa.select(
            place.label("place"),
            EnrollmentRow.outcome,
            sa.case((makes_contact(), 1), else_=0).label("newcomer"),
        )
        .where(*ledger, EnrollmentRow.row_number.between(sa.bindparam("first"), sa.bindparam("last")))
        .subquery("planned")
    )
    counts = sa.select(
        planned.c.place, planned.c.outcome, sa.func.count(), sa.func.sum(planned.c.newcomer)
    ).group_by(planned.c.place, planned.c.outcome)
    found: dict[int, PlannedBatch] = defaultdict(PlannedBatch)
    for first in range(1, last_row + 1, ROWS_AT_ONCE):
        piece = {"first": first, "last": first + ROWS_AT_ONCE - 1}
        for place, outcome, rows, newcomers in session().execute(counts, piece):
            found[place + 1].expected[Outcome(outcome).name] += rows
            found[place + 1].newcomers += newcomers
    return found


def cut_batches(
    account_id: int,
    job_id: int,
    spans: Sequence[tuple[int, int, int]],
    planned: Mapping[int, PlannedBatch],
) -> int:
    """Insert all batches of a job, given (number, first row, last row) of each. Return their number."""
    values = [
        {
            "account_id": account_id,
            "job_id": job_id,
            "number": number,
            "first_row": first,
            "last_row": last,
            "status": BatchStatus.PENDING,
            "expected": dict(planned[number].expected),
            "newcomers": planned[number].newcomers,
        }
        for number, first, last in spans
    ]
    if values:
        session().execute(sa.insert(EnrollmentBatch), values)
    return len(values)


def end_of_part(span: Range, people: int) -> int:
    """Return the last row of the range's longest part in which at most `people` are to be enrolled."""
    following = (
        sa.select(EnrollmentRow.row_number)
        .where(span.holds(), EnrollmentRow.outcome == Outcome.ENROLLED)
        .order_by(EnrollmentRow.row_number)
        .offset(people)
        .limit(1)
    )
    row = session().scalar(following)
    return span.last if row is None else row - 1


def plan_of(span: Range) -> PlannedBatch:
    """Return what is planned for the rows of a range."""
    is_newcomer = sa.case((makes_contact(), 1), else_=0)
    counts = (
        sa.select(EnrollmentRow.outcome, sa.func.count(), sa.func.sum(is_newcomer))
        .where(span.holds())
        .group_by(EnrollmentRow.outcome)
    )
    found = PlannedBatch(Counter())
    for outcome, rows, newcomers in session().execute(counts):
        found.expected[Outcome(outcome).name] += rows
        found.newcomers += newcomers
    return found

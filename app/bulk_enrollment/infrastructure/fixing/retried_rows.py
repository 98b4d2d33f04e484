"""Queries for the rows that a retry takes up, and for what retries have taken up of a job."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import DRY_RUN, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.fixing.tables import FixingRow, RowEdits
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob, EnrollmentRow
from app.platform.database import session
from app.platform.database.many_rows import constant

SOURCE_ROW = sa.func.coalesce(EnrollmentRow.source_row, EnrollmentRow.row_number)


class TakenRow(NamedTuple):
    """A row of the parent job: its number there and in the file, and what was changed in it (JSON)."""

    row_number: int
    source_row: int
    line: int
    identifier: str | None
    edits: str | None


def rows_taken(
    account_id: int,
    parent_id: int,
    job_id: int,
    outcomes: Collection[Outcome],
    edits_of: int,
    after: int,
    limit: int,
) -> Sequence[TakenRow]:
    """Return up to `limit` rows of the parent after its row number `after` that the retry `job_id` takes up.

    `edits_of` is the job whose changes apply.
    """
    rows = session().execute(
        sa.select(
            EnrollmentRow.row_number,
            SOURCE_ROW.label("in_file"),
            EnrollmentRow.line,
            EnrollmentRow.identifier,
            RowEdits.edits,
        )
        .outerjoin(
            RowEdits,
            sa.and_(
                RowEdits.account_id == account_id,
                RowEdits.job_id == edits_of,
                RowEdits.source_row == SOURCE_ROW,
            ),
        )
        .where(*_taken(account_id, parent_id, job_id, outcomes), EnrollmentRow.row_number > after)
        .order_by(EnrollmentRow.row_number)
        .limit(limit)
    )
    return [TakenRow(*row) for row in rows]


def edits_of(account_id: int, job_id: int, first: int, last: int) -> dict[int, str]:
    """Return {row in the file: changes (JSON)} of a retry, for the rows from `first` to `last` of the
    file."""
    rows = session().execute(
        sa.select(RowEdits.source_row, RowEdits.edits).where(
            RowEdits.account_id == account_id,
            RowEdits.job_id == job_id,
            RowEdits.source_row.between(first, last),
        )
    )
    return dict(rows.all())


def _taken(
    account_id: int, parent_id: int, job_id: int, outcomes: Collection[Outcome]
) -> tuple[sa.ColumnElement[bool], ...]:
    fixed = sa.select(FixingRow.row_number).where(
        FixingRow.account_id == account_id,
        FixingRow.job_id == parent_id,
        FixingRow.retry_job_id == job_id,
    )
    return (
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == parent_id,
        sa.or_(
            EnrollmentRow.outcome.in_([constant(outcome) for outcome in outcomes]),
            EnrollmentRow.row_number.in_(fixed),
        ),
    )


def retries_of(account_id: int, job_id: int) -> list[tuple[str, str]]:
    """Return (public id, outcomes taken up) of the retries of a job, newest first; not those that failed."""
    rows = session().execute(
        sa.select(EnrollmentJob.public_id, EnrollmentJob.retries)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.parent_job_id == job_id,
            EnrollmentJob.retries.isnot(None),
            EnrollmentJob.status.notin_(DRY_RUN | {JobStatus.FAILED}),
        )
        .order_by(EnrollmentJob.id.desc())
    )
    return [(public_id, retries) for public_id, retries in rows if retries is not None]


def counts_by_state(account_id: int, job_id: int) -> dict[str, dict[Outcome, int]]:
    """Return {state: {outcome: rows}} of the job's sheet."""
    found: dict[str, dict[Outcome, int]] = defaultdict(dict)
    rows: Any = session().execute(
        sa.select(FixingRow.state, FixingRow.outcome, sa.func.count())
        .where(FixingRow.account_id == account_id, FixingRow.job_id == job_id)
        .group_by(FixingRow.state, FixingRow.outcome)
    )
    for state, outcome, count in rows:
        found[state][Outcome(outcome)] = count
    return found

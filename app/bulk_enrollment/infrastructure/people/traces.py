"""Finds and blanks the rows of a person in the ledger, job by job: no index leads from a contact to rows."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import DRY_RUN, UNFINISHED
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.fixing.tables import FixingRow, RowEdits
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob, EnrollmentRow, RowFields
from app.platform.database import is_sqlite, session

_PLAIN = {"synchronize_session": False}
_QUOTING = (Outcome.CONTACT_BLOCKED, Outcome.VALIDATION_ERROR)


class JobOfAccount(NamedTuple):
    job_id: int
    status: str
    upload_id: int | None
    is_planned: bool

    @property
    def is_open(self) -> bool:
        return self.status in UNFINISHED

    @property
    def is_dry_run(self) -> bool:
        return self.status in DRY_RUN


def jobs_of(account_id: int) -> list[JobOfAccount]:
    """Return all jobs of an account, including dry runs."""
    query = sa.select(
        EnrollmentJob.id, EnrollmentJob.status, EnrollmentJob.upload_id, EnrollmentJob.planned_at.isnot(None)
    ).where(EnrollmentJob.account_id == account_id)
    return [JobOfAccount(*row) for row in session().execute(query.order_by(EnrollmentJob.id))]


def rows_of(
    account_id: int, job_id: int, contact_id: int, keys: Collection[str], texts: Collection[str]
) -> list[tuple[int, int]]:
    """Return (row number, line) of all rows of a job that name the person."""
    named = [
        sa.func.lower(EnrollmentRow.identifier).contains(text, autoescape=True) for text in texts if text
    ]
    query = sa.select(EnrollmentRow.row_number, EnrollmentRow.line).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        sa.or_(EnrollmentRow.contact_id == contact_id, EnrollmentRow.key.in_(list(keys)), *named),
    )
    return [(row[0], row[1]) for row in session().execute(query)]


def without_quote(detail: Any) -> sa.ColumnElement[str | None]:
    """SQL expression for a detail without what it quotes of the file, after a colon."""
    colon = sa.func.instr if is_sqlite() else sa.func.strpos
    place = colon(detail, ":")
    return sa.case((place > 0, sa.func.substr(detail, 1, place - 1)), else_=detail)


def blank_rows(account_id: int, job_id: int, rows: Sequence[int]) -> None:
    """Remove from rows what names a person or quotes the file; outcomes and numbers stay."""
    quoting = EnrollmentRow.outcome.in_(_QUOTING)
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.row_number.in_(rows),
        )
        .values(
            identifier=None,
            key=None,
            detail=sa.case((quoting, without_quote(EnrollmentRow.detail)), else_=EnrollmentRow.detail),
        ),
        execution_options=_PLAIN,
    )
    session().execute(
        sa.delete(RowFields).where(
            RowFields.account_id == account_id, RowFields.job_id == job_id, RowFields.row_number.in_(rows)
        ),
        execution_options=_PLAIN,
    )


def forget_fixes(account_id: int, job_id: int, rows: Collection[int], texts: Collection[str]) -> None:
    """Delete what was copied from rows of a job to be fixed, and the fixes."""
    for table, columns in (
        (FixingRow, (FixingRow.cells, FixingRow.edits, FixingRow.suggestion)),
        (RowEdits, (RowEdits.edits,)),
    ):
        naming = [
            sa.func.lower(column).contains(text, autoescape=True) for column in columns for text in texts
        ]
        session().execute(
            sa.delete(table).where(
                table.account_id == account_id,
                table.job_id == job_id,
                sa.or_(table.source_row.in_(list(rows)), *naming),
            ),
            execution_options=_PLAIN,
        )


def job_texts(account_id: int, job_id: int) -> Any:
    """Return the job with its selection, to scrub what it quotes."""
    return session().scalar(
        sa.select(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
        .execution_options(populate_existing=True)
    )

"""Filling of sheets: claims of workers on a sheet, and the rows that go into it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import FIXABLE
from app.bulk_enrollment.infrastructure.fixing.retried_rows import SOURCE_ROW
from app.bulk_enrollment.infrastructure.fixing.tables import OPEN, FixingRow, FixingSheet, RowEdits
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.claims.leases import is_older, lease
from app.platform.clock import now
from app.platform.database import session
from app.platform.database.many_rows import bulk_load, constant

_PLAIN = {"synchronize_session": False}
_LOADED = (
    "account_id", "job_id", "row_number", "source_row", "line", "outcome", "detail", "cells", "suggestion",
    "repair", "state",
)  # fmt: skip
SheetRow = tuple[int, int, int, int, str | None, str, str | None, str | None]
"""Row number, row and line in the file, outcome, detail, cells, suggestion, repair."""


class FixableRow(NamedTuple):
    """A row of the ledger that can be fixed, and what earlier retries changed in it (JSON)."""

    row_number: int
    source_row: int
    line: int
    identifier: str | None
    outcome: int
    detail: str | None
    edits: str | None


def add_sheet(account_id: int, job_id: int) -> None:
    session().add(FixingSheet(account_id=account_id, job_id=job_id))
    session().flush()


def claim(account_id: int, job_id: int) -> tuple[int, int] | None:
    """Claim the filling of a sheet. Return (attempt, filled to), or None if it is filled or claimed."""
    claimed = session().execute(
        sa.update(FixingSheet)
        .where(
            FixingSheet.account_id == account_id,
            FixingSheet.job_id == job_id,
            FixingSheet.filled_at.is_(None),
            FixingSheet.failure.is_(None),
            lease().is_over(FixingSheet.lease_until),
        )
        .values(attempt=FixingSheet.attempt + 1, lease_until=lease().end)
        .returning(FixingSheet.attempt, FixingSheet.filled_to),
        execution_options=_PLAIN,
    )
    found = claimed.first()
    return (found[0], found[1]) if found else None


def hold(account_id: int, job_id: int, attempt: int, **values: Any) -> bool:
    """Renew the claim and write values to the sheet. Return False if another worker has claimed it."""
    held = session().execute(
        sa.update(FixingSheet)
        .where(
            FixingSheet.account_id == account_id,
            FixingSheet.job_id == job_id,
            FixingSheet.attempt == attempt,
            FixingSheet.filled_at.is_(None),
        )
        .values({"lease_until": lease().end, **values})
        .returning(FixingSheet.job_id),
        execution_options=_PLAIN,
    )
    return held.scalar() is not None


def finish(account_id: int, job_id: int, attempt: int) -> bool:
    """Mark a sheet as filled. Return False if another worker has claimed it."""
    return hold(account_id, job_id, attempt, filled_at=now(), lease_until=None)


def unfilled(seconds: float) -> list[tuple[int, int]]:
    """Return (account, job) of sheets that nobody has filled on for `seconds`, of all accounts."""
    query = sa.select(FixingSheet.account_id, FixingSheet.job_id).where(
        FixingSheet.filled_at.is_(None),
        FixingSheet.failure.is_(None),
        lease().is_over(FixingSheet.lease_until),
        is_older(FixingSheet.updated_at, seconds),
    )
    found = session().execute(query, execution_options={"cross_account": True})
    return [(account_id, job_id) for account_id, job_id in found]


def fixable_rows(account_id: int, job_id: int, after: int, limit: int) -> Sequence[FixableRow]:
    """Return up to `limit` fixable rows of the ledger after row number `after`."""
    rows = session().execute(
        sa.select(
            EnrollmentRow.row_number,
            SOURCE_ROW.label("in_file"),
            EnrollmentRow.line,
            EnrollmentRow.identifier,
            EnrollmentRow.outcome,
            EnrollmentRow.detail,
            RowEdits.edits,
        )
        .outerjoin(
            RowEdits,
            sa.and_(
                RowEdits.account_id == account_id,
                RowEdits.job_id == job_id,
                RowEdits.source_row == SOURCE_ROW,
            ),
        )
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.outcome.in_([constant(outcome) for outcome in FIXABLE]),
            EnrollmentRow.row_number > after,
        )
        .order_by(EnrollmentRow.row_number)
        .limit(limit)
    )
    return [FixableRow(*row) for row in rows]


def load_rows(account_id: int, job_id: int, rows: Iterable[SheetRow]) -> None:
    given = ((account_id, job_id, *row, OPEN) for row in rows)
    bulk_load(cast(sa.Table, FixingRow.__table__), _LOADED, given)

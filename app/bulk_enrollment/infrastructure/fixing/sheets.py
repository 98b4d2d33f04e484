"""Filled sheets of fixable rows: read in pages and groups, changed by rows and by groups."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.retrying import SameError
from app.bulk_enrollment.infrastructure.fixing.tables import (
    LEFT_OUT,
    OPEN,
    READY,
    TAKEN,
    FixingRow,
    FixingSheet,
    RowEdits,
)
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


class CountedGroup(NamedTuple):
    """A group with its open rows, how many of its rows were fixed by the suggestion, and its first row."""

    group: SameError
    rows: int
    fixed: int
    sample: FixingRow


def sheet_of(account_id: int, job_id: int) -> FixingSheet | None:
    return session().scalar(
        sa.select(FixingSheet)
        .where(FixingSheet.account_id == account_id, FixingSheet.job_id == job_id)
        .execution_options(populate_existing=True)
    )


def rows_after(
    account_id: int, job_id: int, state: str, after: int, limit: int, group: SameError | None = None
) -> Sequence[FixingRow]:
    """Return up to `limit` rows in a state that follow row number `after`, of one group if it is given."""
    where = (
        _of_group(account_id, job_id, group)
        if group
        else (FixingRow.account_id == account_id, FixingRow.job_id == job_id)
    )
    query = (
        sa.select(FixingRow)
        .where(*where, FixingRow.state == state, FixingRow.row_number > after)
        .order_by(FixingRow.row_number)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return session().scalars(query).all()


def rows_numbered(account_id: int, job_id: int, numbers: Sequence[int]) -> Sequence[FixingRow]:
    """Return those of the rows that are in the sheet and not taken by a retry."""
    query = (
        sa.select(FixingRow)
        .where(
            FixingRow.account_id == account_id,
            FixingRow.job_id == job_id,
            FixingRow.row_number.in_(numbers),
            FixingRow.state != TAKEN,
        )
        .order_by(FixingRow.row_number)
        .execution_options(populate_existing=True)
    )
    return session().scalars(query).all()


def row_in_file(account_id: int, job_id: int, row: int) -> FixingRow | None:
    """Return a row by its number in the file, which differs from that in the job only if the job took its
    rows from another one; None if it is not in the sheet, or taken by a retry."""
    same = next((one for one in rows_numbered(account_id, job_id, [row]) if one.source_row == row), None)
    if same is not None:
        return same
    query = sa.select(FixingRow).where(
        FixingRow.account_id == account_id,
        FixingRow.job_id == job_id,
        FixingRow.row_number < row,
        FixingRow.source_row == row,
        FixingRow.state != TAKEN,
    )
    return session().scalar(query.limit(1).execution_options(populate_existing=True))


def earlier_edits(account_id: int, job_id: int, source_rows: Sequence[int]) -> dict[int, str]:
    """Return {row in the file: what earlier retries changed in it}."""
    rows = session().execute(
        sa.select(RowEdits.source_row, RowEdits.edits).where(
            RowEdits.account_id == account_id,
            RowEdits.job_id == job_id,
            RowEdits.source_row.in_(source_rows),
        )
    )
    return dict(rows.all())


def groups_of(account_id: int, job_id: int, limit: int) -> list[CountedGroup]:
    """Return the largest groups of rows that nobody has edited, or that were fixed by their suggestion. A
    group keeps its place when it is fixed, so that the fix can be taken back."""
    is_open = sa.and_(FixingRow.state == OPEN, FixingRow.edits.is_(None))
    is_fixed = sa.and_(FixingRow.state == READY, FixingRow.edits == FixingRow.suggestion)
    open_rows = sa.func.sum(sa.case((is_open, 1), else_=0))
    fixed = sa.func.sum(sa.case((is_fixed, 1), else_=0))
    counts = (
        session()
        .execute(
            sa.select(
                FixingRow.outcome,
                FixingRow.detail,
                FixingRow.repair,
                open_rows,
                fixed,
                sa.func.min(FixingRow.row_number),
            )
            .where(
                FixingRow.account_id == account_id,
                FixingRow.job_id == job_id,
                sa.or_(is_open, is_fixed),
            )
            .group_by(FixingRow.outcome, FixingRow.detail, FixingRow.repair)
            .order_by(sa.desc(sa.func.count()), FixingRow.outcome, FixingRow.detail, FixingRow.repair)
            .limit(limit)
        )
        .all()
    )
    samples = {row.row_number: row for row in rows_numbered(account_id, job_id, [one[5] for one in counts])}
    return [
        CountedGroup(SameError(outcome, detail, repair), rows, done, samples[first])
        for outcome, detail, repair, rows, done, first in counts
        if first in samples
    ]


def counts_of(account_id: int, job_id: int) -> dict[str, int]:
    """Return {state: rows}."""
    rows = session().execute(
        sa.select(FixingRow.state, sa.func.count())
        .where(FixingRow.account_id == account_id, FixingRow.job_id == job_id)
        .group_by(FixingRow.state)
    )
    return dict(rows.all())


def write_edits(row: FixingRow, values: Mapping[str, Any]) -> None:
    """Write the edits and the state of a row that no retry has taken."""
    session().execute(
        sa.update(FixingRow)
        .where(
            FixingRow.account_id == row.account_id,
            FixingRow.job_id == row.job_id,
            FixingRow.row_number == row.row_number,
            FixingRow.state != TAKEN,
        )
        .values(**values),
        execution_options=_PLAIN,
    )


def fix_group(account_id: int, job_id: int, group: SameError) -> int:
    """Apply the suggestions of a group's open rows that nobody has edited; return the number of rows."""
    where = (
        *_of_group(account_id, job_id, group),
        FixingRow.state == OPEN,
        FixingRow.edits.is_(None),
        FixingRow.suggestion.isnot(None),
    )
    return _change(where, edits=FixingRow.suggestion, state=READY)


def unfix_group(account_id: int, job_id: int, group: SameError) -> int:
    """Take the suggestions of a group back; return the number of rows."""
    where = (
        *_of_group(account_id, job_id, group),
        FixingRow.state == READY,
        FixingRow.edits == FixingRow.suggestion,
    )
    return _change(where, edits=None, state=OPEN)


def leave_out_group(account_id: int, job_id: int, group: SameError) -> int:
    """Leave out all open rows of a group; return the number of rows."""
    return _change((*_of_group(account_id, job_id, group), FixingRow.state == OPEN), state=LEFT_OUT)


def take_ready(account_id: int, job_id: int, retry_id: int) -> int:
    """Bind the fixed rows of a job to a retry, with their edits and those of earlier retries; return their
    number."""
    of_job = (FixingRow.account_id == account_id, FixingRow.job_id == job_id)
    taken = _change((*of_job, FixingRow.state == READY), state=TAKEN, retry_job_id=retry_id)
    names = ["account_id", "job_id", "source_row", "edits"]
    fixed = sa.select(
        sa.literal(account_id), sa.literal(retry_id), FixingRow.source_row, FixingRow.edits
    ).where(*of_job, FixingRow.retry_job_id == retry_id, FixingRow.edits.isnot(None))
    session().execute(sa.insert(RowEdits).from_select(names, fixed))
    keep_earlier_edits(account_id, job_id, retry_id)
    return taken


def keep_earlier_edits(account_id: int, job_id: int, retry_id: int) -> None:
    """Copy what earlier retries changed in the rows of the file, for rows that the retry has no edits of."""
    names = ["account_id", "job_id", "source_row", "edits"]
    known = sa.orm.aliased(RowEdits, name="known")
    is_known = sa.exists().where(
        known.account_id == account_id,
        known.job_id == retry_id,
        known.source_row == RowEdits.source_row,
    )
    earlier = sa.select(
        sa.literal(account_id), sa.literal(retry_id), RowEdits.source_row, RowEdits.edits
    ).where(RowEdits.account_id == account_id, RowEdits.job_id == job_id, ~is_known)
    session().execute(sa.insert(RowEdits).from_select(names, earlier))


def give_back(account_id: int, job_id: int, retry_id: int) -> None:
    """Make the rows ready again that a failed retry of the job had taken."""
    where = (
        FixingRow.account_id == account_id,
        FixingRow.job_id == job_id,
        FixingRow.retry_job_id == retry_id,
    )
    _change(where, state=READY, retry_job_id=None)


def _change(where: tuple[sa.ColumnElement[bool], ...], **values: Any) -> int:
    result: Any = session().execute(
        sa.update(FixingRow).where(*where).values(**values),
        execution_options=_PLAIN | {"preserve_rowcount": True},
    )
    return int(result.rowcount)


def _of_group(account_id: int, job_id: int, group: SameError) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        FixingRow.account_id == account_id,
        FixingRow.job_id == job_id,
        FixingRow.outcome == group.outcome,
        FixingRow.detail.is_not_distinct_from(group.detail),
        FixingRow.repair.is_not_distinct_from(group.repair),
    )

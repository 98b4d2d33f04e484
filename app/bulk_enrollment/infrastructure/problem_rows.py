"""Queries for the skipped and failed rows of a job, with keyset pagination.

The partial index of problems is ordered by outcome, then row number. A page in file order reads its rows
from each outcome and merges them, so its cost does not depend on how many rows failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import batch_of
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow
from app.contacts.domain.names import full_name
from app.contacts.infrastructure.tables import Contact
from app.platform.database import is_sqlite, session

SORTS = ("row", "code", "address")
MAX_SEARCH_LENGTH = 254
MOST = 2**31 - 1

# A literal, not a parameter: a partial index is used only where its condition is part of the statement.
_IS_PROBLEM = EnrollmentRow.outcome >= sa.literal_column(str(FIRST_PROBLEM))
_ADDRESS = sa.func.coalesce(EnrollmentRow.identifier, "")
_COLUMNS = (
    EnrollmentRow.row_number,
    EnrollmentRow.line,
    _ADDRESS.label("address"),
    EnrollmentRow.contact_id,
    EnrollmentRow.outcome,
    EnrollmentRow.detail,
    EnrollmentRow.note,
    EnrollmentRow.source_row,
)


@dataclass(frozen=True)
class ProblemFilter:
    """Filter and order of problem rows.

    `search` is a part of the address, or a row number. `sort` is one of SORTS, with a leading "-" for
    descending order.
    """

    outcomes: tuple[Outcome, ...]
    search: str = ""
    sort: str = "row"

    @property
    def is_down(self) -> bool:
        return self.sort.startswith("-")

    @property
    def order(self) -> str:
        return self.sort.removeprefix("-")


class ProblemRow(NamedTuple):
    row_number: int
    line: int
    address: str
    contact_id: int | None
    outcome: int
    detail: str | None
    note: str | None
    source_row: int | None

    @property
    def in_file(self) -> int:
        """Row number in the file; `row_number` differs from it if the job took its rows from another one."""
        return self.source_row or self.row_number


class KnownContact(NamedTuple):
    """Full name, and email address or phone number; either may be empty."""

    name: str
    address: str


class BatchEnd(NamedTuple):
    """The number of a batch and when it was finished."""

    number: int
    finished_at: datetime | None


def rows_beyond(
    account_id: int,
    job_id: int,
    wanted: ProblemFilter,
    row: int | None,
    limit: int,
    *,
    backwards: bool = False,
) -> list[ProblemRow]:
    """Return up to `limit` rows that follow row number `row` in the wanted order.

    Without `row`, start with the first row. With `backwards`, return the rows before it, nearest first.
    """
    anchor = _row(account_id, job_id, row) if row is not None else None
    down = wanted.is_down != backwards
    page = _by_row if wanted.order == "row" else _by_column
    found = session().execute(page(account_id, job_id, wanted, anchor, limit, down))
    return [ProblemRow(*each) for each in found]


def planned_rows(
    account_id: int, job_id: int, wanted: ProblemFilter, after: int | None, limit: int
) -> list[ProblemRow]:
    """Return up to `limit` rows of a plan, which no batch has settled, with one of the outcomes, in file
    order."""
    found = session().execute(
        sa.select(*_COLUMNS)
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            _IS_PROBLEM,
            EnrollmentRow.outcome.in_(wanted.outcomes),
            EnrollmentRow.row_number > (after or 0),
        )
        .order_by(EnrollmentRow.row_number)
        .limit(limit)
    )
    return [ProblemRow(*each) for each in found]


def contacts_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    """Return {contact id: full name, may be empty} of the contacts that still exist."""
    return {contact_id: known.name for contact_id, known in known_contacts(account_id, contact_ids).items()}


def known_contacts(account_id: int, contact_ids: Sequence[int]) -> dict[int, KnownContact]:
    """Return {contact id: name and address} of the contacts that still exist."""
    rows = session().execute(
        sa.select(Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone).where(
            Contact.account_id == account_id, Contact.id.in_(contact_ids)
        )
    )
    return {
        contact_id: KnownContact(full_name(first, last), email or phone or "")
        for contact_id, first, last, email, phone in rows
    }


def batches_of(account_id: int, job_id: int, rows: Sequence[int]) -> dict[int, BatchEnd]:
    """Return {row number: its batch}. All batches of a job except the first and the last have the same
    size."""
    spans = (
        session()
        .execute(
            sa.select(EnrollmentBatch.first_row, EnrollmentBatch.last_row)
            .where(
                EnrollmentBatch.account_id == account_id,
                EnrollmentBatch.job_id == job_id,
                EnrollmentBatch.number.in_((1, 2)),
            )
            .order_by(EnrollmentBatch.number)
        )
        .all()
    )
    if not spans:
        return {}
    numbers = {
        row: batch_of(row, spans[0].last_row, spans[-1].last_row - spans[-1].first_row + 1) for row in rows
    }
    found = session().execute(
        sa.select(EnrollmentBatch.number, EnrollmentBatch.finished_at).where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.number.in_(set(numbers.values())),
        )
    )
    ends = {number: BatchEnd(number, finished_at) for number, finished_at in found}
    return {row: ends[number] for row, number in numbers.items() if number in ends}


def _row(account_id: int, job_id: int, row: int) -> ProblemRow | None:
    found = (
        session()
        .execute(
            sa.select(*_COLUMNS).where(
                EnrollmentRow.account_id == account_id,
                EnrollmentRow.job_id == job_id,
                EnrollmentRow.row_number == row,
            )
        )
        .first()
    )
    return ProblemRow(*found) if found else None


def _by_row(
    account_id: int, job_id: int, wanted: ProblemFilter, anchor: ProblemRow | None, limit: int, down: bool
) -> sa.Select[Any]:
    """Select a page in file order: the next rows of each outcome, merged."""
    number = EnrollmentRow.row_number
    lanes = []
    for outcome in wanted.outcomes:
        lane = _found(account_id, job_id, wanted).where(_is(outcome))
        if anchor is not None:
            lane = lane.where(number < anchor.row_number if down else number > anchor.row_number)
        lanes.append(sa.select(lane.order_by(number.desc() if down else number).limit(limit).subquery()))
    merged = sa.union_all(*lanes).subquery("merged")
    order_of_file = merged.c.row_number
    return sa.select(merged).order_by(order_of_file.desc() if down else order_of_file).limit(limit)


def _is(outcome: Outcome) -> sa.ColumnElement[Any]:
    """Compare the outcome; marked unlikely for SQLite, which would otherwise scan all rows of the job."""
    condition = EnrollmentRow.outcome == outcome
    return sa.func.unlikely(condition) if is_sqlite() else condition


def _by_column(
    account_id: int, job_id: int, wanted: ProblemFilter, anchor: ProblemRow | None, limit: int, down: bool
) -> sa.Select[Any]:
    """Select a page ordered by code or address, then by row number."""
    by_code = wanted.order == "code"
    column: sa.ColumnElement[Any] = EnrollmentRow.outcome.expression if by_code else _ADDRESS
    query = _found(account_id, job_id, wanted).where(EnrollmentRow.outcome.in_(wanted.outcomes))
    if anchor is not None:
        here = sa.tuple_(column, EnrollmentRow.row_number)
        value = anchor.outcome if by_code else anchor.address
        there = sa.tuple_(sa.literal(value), sa.literal(anchor.row_number))
        query = query.where(here < there if down else here > there)
    keys = (column, EnrollmentRow.row_number)
    return query.order_by(*(key.desc() if down else key for key in keys)).limit(limit)


def _found(account_id: int, job_id: int, wanted: ProblemFilter) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        _IS_PROBLEM,
        is_settled(account_id, job_id),
    )
    if not wanted.search:
        return query
    matches = EnrollmentRow.identifier.icontains(wanted.search, autoescape=True)
    if wanted.search.isascii() and wanted.search.isdigit() and len(wanted.search) < 10:
        in_file = sa.func.coalesce(EnrollmentRow.source_row, EnrollmentRow.row_number)
        matches = sa.or_(matches, in_file == int(wanted.search))
    return query.where(matches)

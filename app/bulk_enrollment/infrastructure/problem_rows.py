"""Queries for the skipped and failed rows of a job, with keyset pagination.

The partial indexes of problems are ordered by outcome, then by row number or by address. A page reads rows of
each outcome (a lane) and merges them, so its cost does not depend on how many rows failed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constant, id_list
from app.platform.text.numbers import whole_number

SORTS = ("row", "code", "address")
MAX_SEARCH_LENGTH = 254
FEW_MATCHES = 2_000
MOST = 2**31 - 1

# A literal, not a parameter: a partial index is used only where its condition is part of the statement.
_IS_PROBLEM = EnrollmentRow.outcome >= sa.literal_column(str(FIRST_PROBLEM))
_outcome: sa.ColumnElement[Any] = EnrollmentRow.outcome.expression
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
    matches = _few_matches(account_id, job_id, wanted) if wanted.search else None
    if matches is None:
        query = _page(account_id, job_id, wanted, anchor, limit, down)
    elif matches:
        query = _page_of(account_id, job_id, wanted, matches, anchor, limit, down)
    else:
        return []
    return [ProblemRow(*each) for each in session().execute(query)]


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


def _page(
    account_id: int, job_id: int, wanted: ProblemFilter, anchor: ProblemRow | None, limit: int, down: bool
) -> sa.Select[Any]:
    """Select a page: the next rows of each lane, merged."""
    lanes = [
        sa.select(lane.limit(limit).subquery())
        for outcome in wanted.outcomes
        for lane in _LANES[wanted.order](_found(account_id, job_id, wanted), outcome, anchor, down)
    ]
    merged = sa.union_all(*lanes).subquery("merged")
    order = [merged.c[name] for name in _ORDERS[wanted.order]]
    return sa.select(merged).order_by(*(key.desc() if down else key for key in order)).limit(limit)


def _by_row(
    found: sa.Select[Any], outcome: Outcome, anchor: ProblemRow | None, down: bool
) -> Iterator[sa.Select[Any]]:
    """Yield the rows of an outcome in file order."""
    yield _in_file_order(found.where(_is(outcome)), anchor, down)


def _by_code(
    found: sa.Select[Any], outcome: Outcome, anchor: ProblemRow | None, down: bool
) -> Iterator[sa.Select[Any]]:
    """Yield the same, unless all rows of the outcome precede the page."""
    if anchor is None or outcome == anchor.outcome:
        yield _in_file_order(found.where(_is(outcome)), anchor, down)
    elif (outcome < anchor.outcome) == down:
        yield _in_file_order(found.where(_is(outcome)), None, down)


def _by_address(
    found: sa.Select[Any], outcome: Outcome, anchor: ProblemRow | None, down: bool
) -> Iterator[sa.Select[Any]]:
    """Yield the rows of an outcome without an address, which come first, and those with one."""
    of_outcome = found.where(_is(outcome))
    keys = (EnrollmentRow.identifier, EnrollmentRow.row_number)
    if anchor is None or not anchor.address or down:
        empty = of_outcome.where(EnrollmentRow.identifier.is_(None))
        if anchor is not None and not anchor.address:
            empty = empty.where(_is_beyond(anchor, down))
        yield empty.order_by(*(key.desc() if down else key for key in keys))
    filled = of_outcome.where(EnrollmentRow.identifier.isnot(None))
    if anchor is not None:
        here = sa.tuple_(*keys)
        there = sa.tuple_(sa.literal(anchor.address), sa.literal(anchor.row_number))
        filled = filled.where(here < there if down else here > there)
    yield filled.order_by(*(key.desc() if down else key for key in keys))


_LANES = {"row": _by_row, "code": _by_code, "address": _by_address}
_ORDERS = {"row": ("row_number",), "code": ("outcome", "row_number"), "address": ("address", "row_number")}


def _in_file_order(found: sa.Select[Any], anchor: ProblemRow | None, down: bool) -> sa.Select[Any]:
    if anchor is not None:
        found = found.where(_is_beyond(anchor, down))
    return found.order_by(EnrollmentRow.row_number.desc() if down else EnrollmentRow.row_number)


def _is_beyond(anchor: ProblemRow, down: bool) -> sa.ColumnElement[bool]:
    number = EnrollmentRow.row_number
    return number < anchor.row_number if down else number > anchor.row_number


def _page_of(
    account_id: int,
    job_id: int,
    wanted: ProblemFilter,
    rows: Sequence[int],
    anchor: ProblemRow | None,
    limit: int,
    down: bool,
) -> sa.Select[Any]:
    """Select a page of the rows with these numbers."""
    query = _settled(account_id, job_id).where(
        _is_one_of(rows), _outcome.in_([int(one) for one in wanted.outcomes])
    )
    first = {"row": (), "code": (_outcome,), "address": (_ADDRESS,)}[wanted.order]
    keys = (*first, EnrollmentRow.row_number)
    if anchor is not None:
        here, values = sa.tuple_(*keys), (getattr(anchor, name) for name in _ORDERS[wanted.order])
        there = sa.tuple_(*(sa.literal(value) for value in values))
        query = query.where(here < there if down else here > there)
    return query.order_by(*(key.desc() if down else key for key in keys)).limit(limit)


def _is_one_of(rows: Sequence[int]) -> sa.ColumnElement[bool]:
    """SQL condition: the row has one of these numbers. Not a join, which PostgreSQL would leave for last."""
    if is_sqlite():
        return EnrollmentRow.row_number.in_(id_list(rows))
    numbers: Any = sa.literal(list(rows), ARRAY(sa.Integer()))
    return EnrollmentRow.row_number == sa.any_(numbers)


def _is(outcome: Outcome) -> sa.ColumnElement[Any]:
    """Compare the outcome; marked unlikely for SQLite, which would otherwise scan all rows of the job."""
    condition = EnrollmentRow.outcome == outcome
    return sa.func.unlikely(condition) if is_sqlite() else condition


def _found(account_id: int, job_id: int, wanted: ProblemFilter) -> sa.Select[Any]:
    query = _settled(account_id, job_id)
    if not wanted.search:
        return query
    is_match = _contains(wanted.search)
    if (number := whole_number(wanted.search)) is not None:
        is_match = sa.or_(
            is_match, sa.func.coalesce(EnrollmentRow.source_row, EnrollmentRow.row_number) == number
        )
    return query.where(is_match)


def _settled(account_id: int, job_id: int) -> sa.Select[Any]:
    columns: Sequence[Any] = _COLUMNS
    return sa.select(*columns).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        _IS_PROBLEM,
        is_settled(account_id, job_id),
    )


def _contains(text: str) -> sa.ColumnElement[bool]:
    """SQL condition: the address contains a text, ignoring the case of ASCII letters at least."""
    if is_sqlite():  # whose LIKE does so
        return EnrollmentRow.identifier.contains(text, autoescape=True)
    return EnrollmentRow.identifier.icontains(text, autoescape=True)


def _few_matches(account_id: int, job_id: int, wanted: ProblemFilter) -> list[int] | None:
    """Return the numbers of the rows that the search finds, settled or not; None if they are many.

    Reads the addresses from their index, without the rows: where few rows match, this is the fastest way to
    find them. Where many do, the page is soon full.
    """
    mine = (EnrollmentRow.account_id == account_id, EnrollmentRow.job_id == job_id)
    number = EnrollmentRow.row_number
    outcomes = [constant(outcome) for outcome in wanted.outcomes]
    by_address = sa.select(number).where(*mine, _IS_PROBLEM, _outcome.in_(outcomes), _contains(wanted.search))
    found = list(session().scalars(by_address.limit(FEW_MATCHES + 1)))
    if len(found) > FEW_MATCHES:
        return None
    if (asked := whole_number(wanted.search)) is not None:
        found += session().scalars(
            sa.select(number).where(*mine, number == asked, EnrollmentRow.source_row.is_(None))
        )
        found += session().scalars(sa.select(number).where(*mine, EnrollmentRow.source_row == asked))
    return found

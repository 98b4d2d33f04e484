"""Queries for the skipped and failed rows of a job, with keyset pagination.

The partial indexes of problems are ordered by outcome, then by row number or by address. A page reads rows of
each outcome (a lane) and merges them, so its cost does not depend on how many rows failed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database import BigInt, is_sqlite, session
from app.platform.database.many_rows import constant, constants
from app.platform.database.short_reads import in_ids, read_built
from app.platform.text.numbers import whole_number

SORTS = ("row", "code", "address")
MAX_SEARCH_LENGTH = 254
FEW_MATCHES = 2_000
MOST = 2**31 - 1

_rows = EnrollmentRow.__table__
_number, _identifier, _outcome = _rows.c.row_number, _rows.c.identifier, _rows.c.outcome
_account = sa.bindparam("of_account", type_=BigInt)
_job = sa.bindparam("of_job", type_=BigInt)
_anchor_row = sa.bindparam("anchor_row", type_=sa.Integer)
_anchor_address = sa.bindparam("anchor_address", type_=_identifier.type)
_most = sa.bindparam("most", type_=sa.Integer)
_ADDRESS = sa.func.coalesce(_identifier, "")
_COLUMNS = (
    _number,
    _rows.c.line,
    _ADDRESS.label("address"),
    _rows.c.contact_id,
    _outcome,
    _rows.c.detail,
    _rows.c.note,
    _rows.c.source_row,
)
# A literal, not a parameter: a partial index is used only where its condition is part of the statement.
_IS_PROBLEM = _outcome >= constant(FIRST_PROBLEM)
_OF_JOB = (_rows.c.account_id == _account, _rows.c.job_id == _job)


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
    is_over: bool,
    backwards: bool = False,
) -> list[ProblemRow]:
    """Return up to `limit` rows that follow row number `row` in the wanted order.

    Without `row`, start with the first row. With `backwards`, return the rows before it, nearest first.
    `is_over`: the job is finished, so that the outcomes of all rows in its batches are final.
    """
    query = _query(account_id, job_id, wanted, row, limit, is_over=is_over, backwards=backwards)
    return [ProblemRow(*each) for each in read_built(*query)] if query else []


def planned_rows(
    account_id: int, job_id: int, wanted: ProblemFilter, after: int | None, limit: int
) -> list[ProblemRow]:
    """Return up to `limit` rows of a plan, which no batch has settled, with one of the outcomes, in file
    order."""
    found = session().execute(
        sa.select(*_COLUMNS)
        .where(*_OF_JOB, _IS_PROBLEM, _outcome.in_(wanted.outcomes), _number > (after or 0))
        .order_by(_number)
        .limit(limit),
        {"of_account": account_id, "of_job": job_id},
    )
    return [ProblemRow(*each) for each in found]


def _anchor(of_job: dict[str, int], row: int) -> ProblemRow | None:
    found = read_built(_one(), of_job | {"anchor_row": row})
    return ProblemRow(*found[0]) if found else None


class _Shape(NamedTuple):
    """What the text of a page's statement depends on. `is_list`: of rows whose numbers are given."""

    outcomes: tuple[Outcome, ...]
    order: str
    is_down: bool
    is_over: bool
    anchor_outcome: int | None
    anchor_has_address: bool
    is_list: bool
    is_search: bool
    is_number: bool
    on_sqlite: bool

    @property
    def has_anchor(self) -> bool:
        return self.anchor_outcome is not None

    def sorted(self, *keys: Any) -> list[Any]:
        return [key.desc() if self.is_down else key for key in keys]

    def beyond(self, keys: Any, anchor: Any) -> sa.ColumnElement[bool]:
        """SQL condition: the keys follow those of the anchor."""
        found: sa.ColumnElement[bool] = keys < anchor if self.is_down else keys > anchor
        return found


def _query(
    account_id: int,
    job_id: int,
    wanted: ProblemFilter,
    row: int | None,
    limit: int,
    *,
    is_over: bool,
    backwards: bool = False,
) -> tuple[sa.Select[Any], dict[str, Any]] | None:
    """Return the prebuilt select of `rows_beyond` and its values; None if no row matches the search."""
    of_job = {"of_account": account_id, "of_job": job_id}
    anchor = _anchor(of_job, row) if row is not None else None
    matches = _few_matches(of_job, wanted) if wanted.search else None
    if matches == []:
        return None
    shape = _Shape(
        outcomes=wanted.outcomes,
        order=wanted.order,
        is_down=wanted.is_down != backwards,
        is_over=is_over,
        anchor_outcome=anchor.outcome if anchor else None,
        anchor_has_address=bool(anchor and anchor.address),
        is_list=matches is not None,
        is_search=bool(wanted.search),
        is_number=whole_number(wanted.search) is not None,
        on_sqlite=is_sqlite(),
    )
    values = of_job | {
        "most": limit,
        "anchor_row": anchor.row_number if anchor else None,
        "anchor_address": anchor.address if anchor else None,
        "matches": matches or [],
        **_search_values(wanted),
    }
    return _page(shape), values


# Building these statements takes several times as long as running them.


@lru_cache
def _one() -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(*_OF_JOB, _number == _anchor_row)


@lru_cache(maxsize=128)
def _page(shape: _Shape) -> sa.Select[Any]:
    return _page_of_list(shape) if shape.is_list else _page_of_lanes(shape)


def _page_of_lanes(shape: _Shape) -> sa.Select[Any]:
    """Select a page: the next rows of each lane, merged."""
    lanes = [
        sa.select(lane.limit(_most).subquery())
        for outcome in shape.outcomes
        for lane in _LANES[shape.order](_found(shape).where(_is(outcome, shape.on_sqlite)), outcome, shape)
    ]
    merged = sa.union_all(*lanes).subquery("merged")
    order = [merged.c[name] for name in _ORDERS[shape.order]]
    return sa.select(merged).order_by(*shape.sorted(*order)).limit(_most)


def _by_row(of_outcome: sa.Select[Any], outcome: Outcome, shape: _Shape) -> Iterator[sa.Select[Any]]:
    """Yield the rows of an outcome in file order."""
    yield _in_file_order(of_outcome, shape, from_anchor=shape.has_anchor)


def _by_code(of_outcome: sa.Select[Any], outcome: Outcome, shape: _Shape) -> Iterator[sa.Select[Any]]:
    """Yield the same, unless all rows of the outcome precede the page."""
    anchor = shape.anchor_outcome
    if anchor is None or outcome == anchor:
        yield _in_file_order(of_outcome, shape, from_anchor=shape.has_anchor)
    elif (outcome < anchor) == shape.is_down:
        yield _in_file_order(of_outcome, shape, from_anchor=False)


def _by_address(of_outcome: sa.Select[Any], outcome: Outcome, shape: _Shape) -> Iterator[sa.Select[Any]]:
    """Yield the rows of an outcome without an address, which come first, and those with one."""
    order = shape.sorted(_identifier, _number)
    if shape.is_down or not shape.anchor_has_address:
        empty = of_outcome.where(_identifier.is_(None))
        if shape.has_anchor and not shape.anchor_has_address:
            empty = empty.where(shape.beyond(_number, _anchor_row))
        yield empty.order_by(*order)
    filled = of_outcome.where(_identifier.isnot(None))
    if shape.has_anchor:
        keys, anchor = sa.tuple_(_identifier, _number), sa.tuple_(_anchor_address, _anchor_row)
        filled = filled.where(shape.beyond(keys, anchor))
    yield filled.order_by(*order)


_LANES = {"row": _by_row, "code": _by_code, "address": _by_address}
_ORDERS = {"row": ("row_number",), "code": ("outcome", "row_number"), "address": ("address", "row_number")}


def _in_file_order(of_outcome: sa.Select[Any], shape: _Shape, *, from_anchor: bool) -> sa.Select[Any]:
    if from_anchor:
        of_outcome = of_outcome.where(shape.beyond(_number, _anchor_row))
    return of_outcome.order_by(*shape.sorted(_number))


def _page_of_list(shape: _Shape) -> sa.Select[Any]:
    """Select a page of the rows whose numbers are given."""
    query = _settled(shape).where(
        in_ids(_number, "matches", shape.on_sqlite), _outcome.in_(constants(shape.outcomes))
    )
    keys = {"row": (_number,), "code": (_outcome, _number), "address": (_ADDRESS, _number)}[shape.order]
    if shape.anchor_outcome is not None:
        anchors = {"row": (), "code": (constant(shape.anchor_outcome),), "address": (_anchor_address,)}
        anchor = sa.tuple_(*anchors[shape.order], _anchor_row)
        query = query.where(shape.beyond(sa.tuple_(*keys), anchor))
    return query.order_by(*shape.sorted(*keys)).limit(_most)


def _is(outcome: Outcome, on_sqlite: bool) -> sa.ColumnElement[Any]:
    """Compare the outcome; marked unlikely for SQLite, which would otherwise scan all rows of the job."""
    condition = _outcome == constant(outcome)
    return sa.func.unlikely(condition) if on_sqlite else condition


def _found(shape: _Shape) -> sa.Select[Any]:
    query = _settled(shape)
    if not shape.is_search:
        return query
    is_match = _is_like(shape.on_sqlite)
    if shape.is_number:
        number = sa.bindparam("number", type_=sa.Integer)
        is_match = sa.or_(is_match, sa.func.coalesce(_rows.c.source_row, _number) == number)
    return query.where(is_match)


def _settled(shape: _Shape) -> sa.Select[Any]:
    is_final = is_settled(_account, _job, _rows.c, is_over=shape.is_over)
    return sa.select(*_COLUMNS).where(*_OF_JOB, _IS_PROBLEM, is_final)


def _is_like(on_sqlite: bool) -> sa.ColumnElement[bool]:
    """SQL condition: the address contains the text, ignoring the case of ASCII letters at least."""
    pattern = sa.bindparam("pattern", type_=sa.Text)
    if on_sqlite:  # whose LIKE does so
        return _identifier.like(pattern, escape="/")
    return _identifier.ilike(pattern, escape="/")


def _search_values(wanted: ProblemFilter) -> dict[str, Any]:
    pattern = re.sub("([%_/])", r"/\1", wanted.search)
    return {"pattern": f"%{pattern}%", "number": whole_number(wanted.search)}


def _few_matches(of_job: dict[str, int], wanted: ProblemFilter) -> list[int] | None:
    """Return the numbers of the rows that the search finds, settled or not; None if they are many.

    Reads the addresses from their index, without the rows: where few rows match, this is the fastest way to
    find them. Where many do, the page is soon full.
    """
    by_address = (
        sa.select(_number)
        .where(*_OF_JOB, _IS_PROBLEM, _outcome.in_(constants(wanted.outcomes)), _is_like(is_sqlite()))
        .limit(FEW_MATCHES + 1)
    )
    found = list(session().scalars(by_address, of_job | _search_values(wanted)))
    if len(found) > FEW_MATCHES:
        return None
    if (asked := whole_number(wanted.search)) is not None:
        rows = sa.select(_number).where(*_OF_JOB)
        found += session().scalars(rows.where(_number == asked, _rows.c.source_row.is_(None)), of_job)
        found += session().scalars(rows.where(_rows.c.source_row == asked), of_job)
    return found

"""The statements for pages of a job's skipped and failed rows, with keyset pagination.

The partial indexes of problems are ordered by outcome, then by row number or by address. A page reads rows of
each outcome (a lane) and merges them, so its cost does not depend on how many rows failed. Each statement is
built once, because building it takes several times as long as running it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database.many_rows import constant, constants, id_param
from app.platform.database.short_reads import in_ids

ROWS = EnrollmentRow.__table__.c
_number, _outcome = ROWS.row_number, ROWS.outcome
_identifier: sa.ColumnElement[str] = ROWS.identifier
_account = id_param("of_account")
_job = id_param("of_job")
_anchor_row = sa.bindparam("anchor_row", type_=sa.Integer)
_anchor_address = sa.bindparam("anchor_address", type_=_identifier.type)
_most = sa.bindparam("most", type_=sa.Integer)
_ADDRESS = sa.func.coalesce(_identifier, "")
COLUMNS = (
    _number,
    ROWS.line,
    _ADDRESS.label("address"),
    ROWS.contact_id,
    _outcome,
    ROWS.detail,
    ROWS.note,
    ROWS.source_row,
)
# A literal, not a parameter: a partial index is used only where its condition is part of the statement.
IS_PROBLEM = _outcome >= constant(FIRST_PROBLEM)
OF_JOB = (ROWS.account_id == _account, ROWS.job_id == _job)


class Shape(NamedTuple):
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


@lru_cache
def one_row() -> sa.Select[Any]:
    return sa.select(*COLUMNS).where(*OF_JOB, _anchor_row == _number)


@lru_cache(maxsize=128)
def page(shape: Shape) -> sa.Select[Any]:
    return _page_of_list(shape) if shape.is_list else _page_of_lanes(shape)


def _page_of_lanes(shape: Shape) -> sa.Select[Any]:
    """Select a page: the next rows of each lane, merged."""
    lanes = [
        sa.select(lane.limit(_most).subquery())
        for outcome in shape.outcomes
        for lane in _LANES[shape.order](_found(shape).where(_is(outcome, shape.on_sqlite)), outcome, shape)
    ]
    merged = sa.union_all(*lanes).subquery("merged")
    order = [merged.c[name] for name in _ORDERS[shape.order]]
    return sa.select(merged).order_by(*shape.sorted(*order)).limit(_most)


def _by_row(of_outcome: sa.Select[Any], outcome: Outcome, shape: Shape) -> Iterator[sa.Select[Any]]:
    """Yield the rows of an outcome in file order."""
    yield _in_file_order(of_outcome, shape, from_anchor=shape.has_anchor)


def _by_code(of_outcome: sa.Select[Any], outcome: Outcome, shape: Shape) -> Iterator[sa.Select[Any]]:
    """Yield the same, unless all rows of the outcome precede the page."""
    anchor = shape.anchor_outcome
    if anchor is None or outcome == anchor:
        yield _in_file_order(of_outcome, shape, from_anchor=shape.has_anchor)
    elif (outcome < anchor) == shape.is_down:
        yield _in_file_order(of_outcome, shape, from_anchor=False)


def _by_address(of_outcome: sa.Select[Any], outcome: Outcome, shape: Shape) -> Iterator[sa.Select[Any]]:
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


def _in_file_order(of_outcome: sa.Select[Any], shape: Shape, *, from_anchor: bool) -> sa.Select[Any]:
    if from_anchor:
        of_outcome = of_outcome.where(shape.beyond(_number, _anchor_row))
    return of_outcome.order_by(*shape.sorted(_number))


def _page_of_list(shape: Shape) -> sa.Select[Any]:
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
    condition = constant(outcome) == _outcome
    return sa.func.unlikely(condition) if on_sqlite else condition


def _found(shape: Shape) -> sa.Select[Any]:
    query = _settled(shape)
    if not shape.is_search:
        return query
    is_match = is_like(shape.on_sqlite)
    if shape.is_number:
        number = sa.bindparam("number", type_=sa.Integer)
        is_match = sa.or_(is_match, sa.func.coalesce(ROWS.source_row, _number) == number)
    return query.where(is_match)


def _settled(shape: Shape) -> sa.Select[Any]:
    is_final = is_settled(_account, _job, ROWS, is_over=shape.is_over)
    return sa.select(*COLUMNS).where(*OF_JOB, IS_PROBLEM, is_final)


def is_like(on_sqlite: bool) -> sa.ColumnElement[bool]:
    """SQL condition: the address contains the text, ignoring the case of ASCII letters at least."""
    pattern = sa.bindparam("pattern", type_=sa.Text)
    if on_sqlite:  # whose LIKE does so
        return _identifier.like(pattern, escape="/")
    return _identifier.ilike(pattern, escape="/")

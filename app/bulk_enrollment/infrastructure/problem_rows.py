"""Queries for the skipped and failed rows of a job."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.problem_pages import (
    COLUMNS,
    IS_PROBLEM,
    OF_JOB,
    ROWS,
    Shape,
    is_like,
    one_row,
    page,
)
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constants
from app.platform.database.short_reads import read_built
from app.platform.text.numbers import whole_number

SORTS = ("row", "code", "address")
MAX_SEARCH_LENGTH = 254
FEW_MATCHES = 2_000
MOST = 2**31 - 1


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
        sa.select(*COLUMNS)
        .where(*OF_JOB, IS_PROBLEM, ROWS.outcome.in_(wanted.outcomes), ROWS.row_number > (after or 0))
        .order_by(ROWS.row_number)
        .limit(limit),
        {"of_account": account_id, "of_job": job_id},
    )
    return [ProblemRow(*each) for each in found]


def _anchor(of_job: dict[str, int], row: int) -> ProblemRow | None:
    found = read_built(one_row(), of_job | {"anchor_row": row})
    return ProblemRow(*found[0]) if found else None


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
    shape = Shape(
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
    return page(shape), values


def _search_values(wanted: ProblemFilter) -> dict[str, Any]:
    pattern = re.sub("([%_/])", r"/\1", wanted.search)
    return {"pattern": f"%{pattern}%", "number": whole_number(wanted.search)}


def _few_matches(of_job: dict[str, int], wanted: ProblemFilter) -> list[int] | None:
    """Return the numbers of the rows that the search finds, settled or not; None if they are many.

    Reads the addresses from their index, without the rows: where few rows match, this is the fastest way to
    find them. Where many do, the page is soon full.
    """
    by_address = (
        sa.select(ROWS.row_number)
        .where(*OF_JOB, IS_PROBLEM, ROWS.outcome.in_(constants(wanted.outcomes)), is_like(is_sqlite()))
        .limit(FEW_MATCHES + 1)
    )
    found = list(session().scalars(by_address, of_job | _search_values(wanted)))
    if len(found) > FEW_MATCHES:
        return None
    if (asked := whole_number(wanted.search)) is not None:
        rows = sa.select(ROWS.row_number).where(*OF_JOB)
        found += session().scalars(rows.where(ROWS.row_number == asked, ROWS.source_row.is_(None)), of_job)
        found += session().scalars(rows.where(ROWS.source_row == asked), of_job)
    return found

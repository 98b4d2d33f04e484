"""The rows of a job: those that failed or were skipped, and all of them as a CSV file."""

from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from pydantic import Field

from app.bulk_enrollment.application.report.problems import list_problems
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.problem_rows import MAX_SEARCH_LENGTH, MOST, ProblemFilter
from app.bulk_enrollment.presentation.api.jobs import ONE
from app.bulk_enrollment.presentation.api.schemas import Failure
from app.bulk_enrollment.presentation.api.shapes import failure_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT
from app.bulk_enrollment.presentation.report.downloads import outcomes_named, rows_as_csv
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.paging import page_of, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery, Query, described


def _outcomes(more: str) -> Any:
    text = f"Outcome codes, or `failed` or `skipped`; may be repeated.{more}"
    return described(text, ["VALIDATION_ERROR"], max_length=len(Outcome))


class FailureQuery(PageQuery):
    """Filters of the list; all that are given must be met."""

    outcome: Annotated[list[str], _outcomes("")] = Field(default_factory=list)
    search: Annotated[
        str,
        described("Part of the identifier, or a row number.", "example.com", max_length=MAX_SEARCH_LENGTH),
    ] = ""
    sort: Annotated[
        Literal["row", "-row", "code", "-code", "identifier", "-identifier"],
        described("Order; with a minus it is descending.", "row"),
    ] = "row"


class RowsQuery(Query):
    """Filter of the download."""

    outcome: Annotated[list[str], _outcomes(" All rows without it.")] = Field(default_factory=list)


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.get(f"{ONE}/failures")(list_failures)
    blueprint.get(f"{ONE}/rows.csv")(download_rows)


@operation(ENROLLMENT, Page[Failure], permission="report:view", headers={"Link": "The next page."})
def list_failures(public_id: str, query: FailureQuery) -> tuple[Page[Failure], int, dict[str, str]]:
    """List the rows of a job that failed or were skipped"""
    wanted = ProblemFilter(
        outcomes=tuple(outcomes_named(query.outcome)),
        search=query.search.strip(),
        sort=query.sort.replace("identifier", "address"),
    )
    cursor = read_cursor(query.cursor, int)
    after = min(cursor[0], MOST) if cursor else None
    found = list_problems(web.actor(), public_id, wanted, after, query.limit)
    items = [failure_of(row, found.identifier) for row in found.problems]
    return page_of(items, write_cursor(found.on) if found.on is not None else None)


@operation(
    ENROLLMENT,
    permission="report:view",
    media_type="text/csv",
    headers={"Content-Disposition": "The name of the file."},
    says={200: "The rows as CSV.", 409: "The uploaded file is gone."},
)
def download_rows(public_id: str, query: RowsQuery) -> Response:
    """Download the rows of a job as CSV

    The columns of the uploaded file, followed by `outcome` and `reason`, which are blank for rows that are
    not processed yet. The file can be corrected and uploaded again as it is.
    """
    return rows_as_csv(web.actor(), public_id, query.outcome)

"""Correcting rows of a finished job in place."""

from typing import Annotated

from flask import Blueprint
from pydantic import ConfigDict, Field

from app.bulk_enrollment.application.fixing.one_row import fix_row
from app.bulk_enrollment.application.fixing.sheet import LONGEST_SHOWN
from app.bulk_enrollment.infrastructure.problem_rows import MOST
from app.bulk_enrollment.presentation.api.jobs import ONE
from app.bulk_enrollment.presentation.api.schemas import FixedRow
from app.bulk_enrollment.presentation.api.shapes import fixed_row_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import Body, described

_MOST_VALUES = 1_000

Name = Annotated[str, Field(max_length=400)]
Cell = Annotated[str, Field(max_length=LONGEST_SHOWN)]


class RowFix(Body):
    """What to change in a row. Without anything, the row is only returned."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"values": {"Email": "ann@example.com"}}]})

    values: Annotated[
        dict[Name, Cell],
        described(
            "New texts by column name or position; the others stay.",
            {"Email": "ann@example.com"},
            max_length=_MOST_VALUES,
        ),
    ] = Field(default_factory=dict)
    leave_out: Annotated[
        bool | None, described("Whether to leave the row out of retries; unchanged without it.", False)
    ] = None


def add_to(blueprint: Blueprint) -> None:
    """Register the operation."""
    blueprint.patch(f"{ONE}/failures/<int(max={MOST}):row>")(fix_failure)


@operation(
    ENROLLMENT,
    FixedRow,
    errors=(404,),
    says={
        409: "The job is not over, or has no rows that can be fixed.",
        503: "The rows of a large file are being made ready. Repeat the request after `Retry-After` seconds.",
    },
)
def fix_failure(public_id: str, row: int, body: RowFix) -> FixedRow:
    """Fix a row of a job

    Corrects a failed row of a finished job in place. `POST …/retry-failures` then runs the rows that are
    `ready`. `row` is the number of the row in the list of failures. Needs the scope `workflow:manage`, for an
    import `contact:manage`.
    """
    return fixed_row_of(fix_row(web.actor(), public_id, row, body.values, body.leave_out))

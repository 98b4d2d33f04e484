"""Brakes of a job, as programs send them."""

from typing import Annotated

from pydantic import Field

from app.bulk_enrollment.domain.brakes.rules import (
    FAILED_PERCENT,
    MOST_CANARY,
    MOST_CANARY_PERCENT,
    MOST_ROWS,
    Brakes,
)
from app.platform.api.schemas import Body

BRAKES = ("canary", "failed_percent", "failed_rows")  # fields of the use case's errors


class BrakesBody(Body):
    """What pauses a job: a canary (it pauses after its first rows, until it is resumed), and failures."""

    canary_rows: Annotated[
        int | None, Field(ge=1, le=MOST_CANARY, description="Pause after this many rows.")
    ] = None
    canary_percent: Annotated[
        int | None,
        Field(ge=1, le=MOST_CANARY_PERCENT, description="Pause after this share of the rows."),
    ] = None
    failed_percent: Annotated[
        int | None,
        Field(ge=1, le=99, description="Pause if more of the last 1,000 rows fail; null: never."),
    ] = FAILED_PERCENT
    failed_rows: Annotated[
        int | None, Field(ge=1, le=MOST_ROWS, description="Pause if more rows fail in all.")
    ] = None

    @property
    def brakes(self) -> Brakes:
        return Brakes(self.canary_rows, self.canary_percent, self.failed_percent, self.failed_rows)


def sent_as(name: str) -> str:
    """Return the name in the body of a field that the use case has refused."""
    return f"options.brakes.{'canary_rows' if name == 'canary' else name}"

"""Options of a job, as programs send them."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from app.accounts.domain import Actor
from app.bulk_enrollment.domain.brakes.rules import (
    FAILED_PERCENT,
    MOST_CANARY,
    MOST_CANARY_PERCENT,
    MOST_ROWS,
    Brakes,
)
from app.bulk_enrollment.domain.job import LARGEST_ASKED, SMALLEST_ASKED
from app.contacts.domain import MAX_TAG, tag_name, tag_problem
from app.platform.api.moments import EXAMPLE_MOMENT, Moment
from app.platform.api.pace import NewDrip, Zone
from app.platform.api.schemas import Body, described
from app.platform.errors import Invalid

_MOST_TAGS: Final = 50

Tags = Annotated[list[Annotated[str, Field(max_length=MAX_TAG)]], Field(max_length=_MOST_TAGS)]

BRAKES = ("canary", "failed_percent", "failed_rows")  # fields of the use case's errors


class NewBrakes(Body):
    """What pauses a job by itself: a canary (it pauses after its first rows, until it is resumed), and
    failures."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"canary_rows": 100, "failed_percent": 20}]})

    canary_rows: Annotated[
        int | None, described("Pause after this many rows.", 100, ge=1, le=MOST_CANARY)
    ] = None
    canary_percent: Annotated[
        int | None,
        described(
            "Pause after this share of the rows, instead of `canary_rows`.", 1, ge=1, le=MOST_CANARY_PERCENT
        ),
    ] = None
    failed_percent: Annotated[
        int | None,
        described(
            "Pause if more percent of the last 1,000 rows fail; null: never.", FAILED_PERCENT, ge=1, le=99
        ),
    ] = FAILED_PERCENT
    failed_rows: Annotated[
        int | None, described("Pause if more rows fail in all.", 500, ge=1, le=MOST_ROWS)
    ] = None

    @property
    def brakes(self) -> Brakes:
        return Brakes(self.canary_rows, self.canary_percent, self.failed_percent, self.failed_rows)


def sent_as(name: str) -> str:
    """Return the name among the brakes of a field that the use case has refused."""
    return "canary_rows" if name == "canary" else name


class NewJobOptions(Body):
    """Options of a job."""

    batch_size: Annotated[
        int | None,
        described("Rows per batch; automatic without it.", 100, ge=SMALLEST_ASKED, le=LARGEST_ASKED),
    ] = None
    tags: Annotated[Tags, described("Tags to add to everyone who is enrolled.", ["spring"])] = Field(
        default_factory=list
    )
    scheduled_at: Annotated[
        Moment | None, described("When to start, within the next year; at once without it.", EXAMPLE_MOMENT)
    ] = None
    time_zone: Annotated[
        Zone | None, described("Time zone in which the start is shown; the account’s without it.")
    ] = None
    notify_email: Annotated[
        str | None,
        described("Address that gets an email when the job is over.", "bob@example.com", max_length=254),
    ] = None
    drip: Annotated[NewDrip | None, described("Spread the people over time; not for an import.")] = None
    brakes: Annotated[NewBrakes, described("What pauses the job by itself.")] = Field(
        default_factory=NewBrakes
    )

    def chosen(self, actor: Actor) -> dict[str, Any]:
        """Return the choices as those of `JobOptions`. Raises Invalid."""
        names = tuple(map(tag_name, self.tags))
        if problem := next(filter(None, map(tag_problem, names)), None):
            raise Invalid.in_fields({"tags": problem})
        return {
            "batch_size": self.batch_size,
            "tags": names,
            "scheduled_at": self.scheduled_at,
            "time_zone": self.time_zone or (actor.time_zone if self.scheduled_at or self.drip else ""),
            "notify_email": (self.notify_email or "").strip(),
            "drip": self.drip.drip(actor.time_zone) if self.drip else None,
            "brakes": self.brakes.brakes,
        }

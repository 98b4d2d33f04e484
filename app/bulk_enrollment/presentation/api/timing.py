"""When a job starts, and how its people are spread over time, as programs send it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from app.bulk_enrollment.domain.timing.pace import EVERY_DAY, MIDNIGHT, MOST_PEOPLE, Drip
from app.platform.api.schemas import Body

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEARS: Final = range(2000, 2200)
_EXAMPLE: Final = "2026-03-01T09:00:00Z"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Zone = Annotated[str, Field(max_length=64, description="Name of a time zone, such as Europe/Berlin.")]
Clock = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


def _moment(value: Any) -> Any:
    """Take moments only as text in ISO 8601, in years that every time zone can convert."""
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).year in _YEARS:
            return value
    except ValueError:
        pass
    raise ValueError(f"Must be a time such as {_EXAMPLE}.")


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment)]


class DripBody(Body):
    """`people` every `every` `unit`, on `weekdays` from `opens` until before `closes`."""

    people: Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
    every: Annotated[int, Field(ge=1, le=10_080)] = 1
    unit: Literal["minutes", "hours", "days"] = "days"
    opens: Clock = "00:00"
    closes: Clock = "24:00"
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=len(WEEKDAYS))] = Field(
        default_factory=lambda: list(WEEKDAYS)
    )
    time_zone: Zone | None = Field(default=None, description="The account’s time zone without it.")

    def drip(self, zone: str) -> Drip:
        """Return the drip; `zone` is the account's time zone."""
        return Drip(
            people=self.people,
            every=self.every,
            unit=self.unit,
            opens=_minutes(self.opens),
            closes=_minutes(self.closes),
            weekdays=tuple(day for day in EVERY_DAY if WEEKDAYS[day] in self.weekdays),
            zone=self.time_zone or zone,
        )


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return min(int(hours) * 60 + int(minutes), MIDNIGHT)

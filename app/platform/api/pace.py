"""How people are spread over time, as programs send it."""

import re
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field

from app.platform.api.schemas import Body, described
from app.platform.text.pace import EVERY_DAY, MOST_PEOPLE, Drip
from app.platform.text.wall_clock import MIDNIGHT

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final = get_args(Weekday)
_CLOCK: Final = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError("Must be a time of day such as 09:30, at most 24:00.")
    return text


Zone = Annotated[str, described("Name of a time zone.", "Europe/Berlin", max_length=64)]
Clock = Annotated[str, Field(json_schema_extra={"pattern": f"^{_CLOCK.pattern}$"}), AfterValidator(_clock)]


class NewDrip(Body):
    """How the people are spread over time: `people` every `every` `unit`."""

    people: Annotated[int, described("People at a time.", 100, ge=1, le=MOST_PEOPLE)]
    every: Annotated[int, described("Number of units between two portions.", 1, ge=1, le=10_080)] = 1
    unit: Annotated[Literal["minutes", "hours", "days"], described("Unit of `every`.", "days")] = "days"
    opens: Annotated[Clock, described("Time of day from which people are added.", "09:00")] = "00:00"
    closes: Annotated[
        Clock, described("Time of day until before which people are added; 24:00: all day.", "17:00")
    ] = "24:00"
    weekdays: Annotated[
        list[Weekday],
        described(
            "Days on which people are added; every day without it.",
            ["monday", "tuesday", "wednesday", "thursday", "friday"],
            min_length=1,
            max_length=len(WEEKDAYS),
        ),
    ] = Field(default_factory=lambda: list(WEEKDAYS))
    time_zone: Annotated[
        Zone | None, described("Time zone of the times and days; the account’s without it.", "Europe/Berlin")
    ] = None

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

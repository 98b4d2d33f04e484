"""When a date of contacts starts them in a workflow, and for which dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from app.engine.domain.due import anniversary
from app.platform.text.dates import NO_YEAR
from app.platform.text.wall_clock import MIDNIGHT, moment_of, zone_info
from app.workflows.domain.types.config import Config

OLDEST: Final = 130
"""Years for which birthdays are looked up."""

DEFAULT_TIME: Final = "09:00"
_DAY: Final = timedelta(days=1)


class Occasion(NamedTuple):
    """A day on which dates of contacts fall, and the moment at which it starts them."""

    day: date
    moment: datetime


def occasions(config: Config, zone: str, since: datetime, until: datetime) -> Iterator[Occasion]:
    """Yield the occasions in a time zone whose moment is after `since` and not after `until`."""
    before = timedelta(days=config.whole("days_before") or 0)
    hours, _, minutes = (config.text("at") or DEFAULT_TIME).partition(":")
    minute = int(hours) * 60 + int(minutes)
    day, last = (one.astimezone(zone_info(zone)).date() for one in (since - _DAY, until + _DAY))
    while day <= last:
        moment = moment_of(day, minute, zone)
        if since < moment <= until:
            yield Occasion(day + before, moment)
        day += _DAY


def birthdays(day: date) -> list[date]:
    """Return the birthdays, with and without a year, whose anniversary is this day: on February 28 also those
    of February 29, in years that have none."""
    years = (NO_YEAR, *range(day.year - OLDEST, day.year + 1))
    found = [one for year in years if (one := _same_day(day, year))]
    if (day.month, day.day) == (2, 28):
        found += [one + _DAY for one in found if (one + _DAY).day == 29]
    return [one for one in found if anniversary(one, day) == day]


def anniversary_spans(day: date, zone: str, first_year: int) -> list[tuple[datetime, datetime]]:
    """Return the days in a time zone, as pairs of moments, whose first or later anniversary is this day."""
    days = {one for one in birthdays(day) if first_year <= one.year < day.year}
    return [(moment_of(one, 0, zone), moment_of(one, MIDNIGHT, zone)) for one in sorted(days)]


def _same_day(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:  # February 29 in a year without one
        return None

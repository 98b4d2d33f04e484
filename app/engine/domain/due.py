"""When an enrollment that stands at a timing step goes on.

Functions take the settings of the step, the moment `at` which the enrollment has reached it, and return a
moment in UTC that is never before `at`. A local time that clocks skip or show twice is read by
`platform.text.wall_clock`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from app.accounts.domain.regions import zone_or
from app.contacts.domain.criteria import day_of
from app.platform.text.wall_clock import moment_of, zone_info
from app.workflows.domain.steps.waits import WEEKDAYS
from app.workflows.domain.types.setting import in_minutes
from app.workflows.domain.types.words import DATES

Settings: TypeAlias = Mapping[str, Any]

YEARLY: Final = frozenset(DATES)
"""Contact dates of which a step awaits the next anniversary."""

_DAY: Final = timedelta(days=1)
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)  # moments of these days exist in every time zone
_NAMES: Final = tuple(name for name, _ in WEEKDAYS)


def wait_ends(config: Settings, at: datetime) -> datetime:
    """Return when a wait {amount, unit} ends. Days and weeks are 24 hours and 7 times 24 hours long."""
    return at + timedelta(minutes=in_minutes(config))


def zone_for(config: Settings, contact_zone: str | None, account_zone: str) -> str:
    """Return the time zone of a step: the contact's, if the step says so and the contact has a known one,
    else the account's."""
    return zone_or(contact_zone, account_zone) if config.get("zone") == "contact" else account_zone


def until(config: Settings, at: datetime, zone: str, date: date | None = None) -> datetime | None:
    """Return when a `wait_until` ends, or None if the enrollment ends here because the day has passed.

    `date` is the contact's value in the step's field, if it is a date. Without a time of day, a day begins at
    midnight. An enrollment that arrives during a day or a date whose time has passed goes on at once, but
    waits for the next weekday or time of day.
    """
    match config.get("kind"):
        case "time_of_day":
            return next(_moments(_days_from(at, zone), config, at, zone))
        case "weekday":
            return _weekday(config, at, zone)
        case "date":
            return _on_day(config, at, zone, day_of(config.get("date")))
        case "contact_field":
            return _on_day(config, at, zone, _contact_day(config, at, zone, date))
    return at


def day_in(value: date | datetime | None, zone: str) -> date | None:
    """Return a date, or the day of a moment in a time zone."""
    return _today(value, zone) if isinstance(value, datetime) else value


def anniversary(day: date, today: date) -> date:
    """Return the first anniversary of a day that is not before today. That of February 29 is February 28 in
    other years."""
    found = _in_year(day, today.year)
    return found if found >= today else _in_year(day, today.year + 1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _weekday(config: Settings, at: datetime, zone: str) -> datetime:
    wanted = _NAMES.index(config["weekday"])
    today = _today(at, zone)
    if not config.get("time") and today.weekday() == wanted:
        return at
    days = (day for day in _days_from(at, zone) if day.weekday() == wanted)
    return next(_moments(days, config, at, zone))


def _contact_day(config: Settings, at: datetime, zone: str, day: date | None) -> date | None:
    """Return the day that a step awaits, given the contact's date."""
    if day is None:
        return None
    before = timedelta(days=config.get("days_before") or 0)
    if config.get("field") in YEARLY:
        day = anniversary(day, _today(at, zone) + before)
    return _within(day) - before


def _on_day(config: Settings, at: datetime, zone: str, day: date | None) -> datetime | None:
    if day is None or day < _today(at, zone):
        return None if config.get("passed") == "end" else at
    return max(at, moment_of(_within(day), _minute(config), zone))


def _moments(days: Iterator[date], config: Settings, at: datetime, zone: str) -> Iterator[datetime]:
    """Yield the moments of a time of day that are not before `at`."""
    moments = (moment_of(day, _minute(config), zone) for day in days)
    return (moment for moment in moments if moment >= at)


def _days_from(at: datetime, zone: str) -> Iterator[date]:
    """Yield days, beginning with yesterday: a time that clocks skip may mean a moment of the next day."""
    day = _today(at, zone) - _DAY
    while True:
        yield day
        day += _DAY


def _minute(config: Settings) -> int:
    hours, _, minutes = (config.get("time") or "00:00").partition(":")
    return int(hours) * 60 + int(minutes)


def _today(at: datetime, zone: str) -> date:
    return at.astimezone(zone_info(zone)).date()


def _within(day: date) -> date:
    return min(max(day, _FIRST), _LAST)

"""Times of day in named time zones as moments, also on the days when clocks change.

A local time that clocks skip means the moment at which they do: 2:30 becomes 3:00. A local time that occurs
twice means its first occurrence.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60  # minutes of a day; as a time of day, the end of the day

_SATURDAY: Final = 5

Peculiarity = Literal["", "skipped", "repeated"]


zone_info: Final = lru_cache(maxsize=1024)(ZoneInfo)
"""Time zones by name. ZoneInfo itself keeps only eight of them, and reads the others from files again."""


class LocalTime(NamedTuple):
    """A local time as a moment in UTC, and what is peculiar about it on that day."""

    moment: datetime
    peculiarity: Peculiarity


def resolve(local: datetime, zone: str) -> LocalTime:
    """Return the moment of a local date and time (naive) in a time zone."""
    local = local.replace(fold=0)
    aware = local.replace(tzinfo=zone_info(zone))
    moment = aware.astimezone(UTC)
    again = aware.replace(fold=1).astimezone(UTC)
    if again == moment:
        return LocalTime(moment, "")
    if again > moment:
        return LocalTime(moment, "repeated")
    return LocalTime(_change_between(again, moment, zone), "skipped")


def moment_of(day: date, minute: int, zone: str, *, again: bool = False) -> datetime:
    """Return the moment of a minute of a local day (0 to MIDNIGHT); with `again`, its second occurrence."""
    if minute >= MIDNIGHT:
        day, minute = day + timedelta(days=1), minute - MIDNIGHT
    local = datetime.combine(day, time(minute // 60, minute % 60))
    found = resolve(local, zone)
    if again and found.peculiarity == "repeated":
        return local.replace(fold=1, tzinfo=zone_info(zone)).astimezone(UTC)
    return found.moment


def is_weekend(moment: datetime, zone: str) -> bool:
    """Return whether a moment is on a Saturday or Sunday in a time zone."""
    return moment.astimezone(zone_info(zone)).weekday() >= _SATURDAY


def minute_of(local: datetime) -> int:
    return local.hour * 60 + local.minute


@lru_cache(maxsize=1024)
def change_on(day: date, zone: str) -> datetime | None:
    """Return the moment at which clocks change on a local day, or None on other days."""
    low, high = moment_of(day, 0, zone), moment_of(day, MIDNIGHT, zone)
    return None if _offset(low, zone) == _offset(high, zone) else _change_between(low, high, zone)


@lru_cache(maxsize=1024)
def _change_between(low: datetime, high: datetime, zone: str) -> datetime:
    """Return the moment at which clocks change, which is after `low` and not after `high`."""
    before = _offset(low, zone)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(zone_info(zone)).utcoffset()

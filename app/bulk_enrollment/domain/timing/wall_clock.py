"""Times of day in named time zones as moments, also on the days when clocks change.

A local time that clocks skip is taken as if they had not changed yet, as calendars do: 2:30 becomes 3:30. A
local time that occurs twice means its first occurrence.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60  # minutes of a day; as a time of day, the end of the day

Peculiarity = Literal["", "skipped", "repeated"]


class LocalTime(NamedTuple):
    """A local time as a moment in UTC, and what is peculiar about it on that day."""

    moment: datetime
    peculiarity: Peculiarity


def resolve(local: datetime, zone: str) -> LocalTime:
    """Return the moment of a local date and time (naive) in a time zone."""
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    moment = aware.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(fold=0):
        return LocalTime(moment, "skipped")
    is_repeated = aware.replace(fold=1).utcoffset() != aware.utcoffset()
    return LocalTime(moment, "repeated" if is_repeated else "")


def moment_of(day: date, minute: int, zone: str, *, again: bool = False) -> datetime:
    """Return the moment of a minute of a local day (0 to MIDNIGHT); with `again`, its second occurrence."""
    if minute >= MIDNIGHT:
        day, minute = day + timedelta(days=1), minute - MIDNIGHT
    clock = time(minute // 60, minute % 60, fold=int(again))
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def minute_of(local: datetime) -> int:
    return local.hour * 60 + local.minute


@lru_cache(maxsize=1024)
def change_on(day: date, zone: str) -> datetime | None:
    """Return the moment at which clocks change on a local day, or None on other days."""
    low, high = moment_of(day, 0, zone), moment_of(day, MIDNIGHT, zone)
    before = _offset(low, zone)
    if _offset(high, zone) == before:
        return None
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()

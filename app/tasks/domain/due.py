"""When tasks are due. A task that is due on a day, at no particular time, is due in its last second."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

LAST_SECOND: Final = time(23, 59, 59)
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


class Urgency(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


def due_on(day: date, zone: str) -> datetime:
    """Return when a task is due that is to be done by the end of a day in a time zone."""
    return datetime.combine(day, LAST_SECOND, ZoneInfo(zone)).astimezone(UTC)


def due_in_days(days: int, at: datetime, zone: str) -> datetime:
    """Return when a task is due so many days after the day of `at` in a time zone; 0 is that day."""
    return due_on(at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), zone)


def end_of_today(at: datetime, zone: str) -> datetime:
    """Return when the day of `at` in a time zone is over."""
    return due_in_days(0, at, zone) + timedelta(seconds=1)


def is_all_day(due_at: datetime, zone: str) -> bool:
    """Return whether a task is due on a day, at no particular time."""
    return due_at.astimezone(ZoneInfo(zone)).time() == LAST_SECOND


def urgency(due_at: datetime, at: datetime, zone: str) -> Urgency:
    """Return how urgent an open task is at a moment."""
    if due_at < at:
        return Urgency.OVERDUE
    return Urgency.TODAY if due_at < end_of_today(at, zone) else Urgency.LATER


def read_due(day: str, clock: str, zone: str) -> datetime | None:
    """Parse an ISO date and an optional time (HH:MM) in a time zone; None if that is no sensible due date."""
    try:
        wanted = date.fromisoformat(day.strip())
        at = time.fromisoformat(clock.strip()) if clock.strip() else LAST_SECOND
    except ValueError:
        return None
    if not _FIRST_YEAR <= wanted.year <= _LAST_YEAR or at.tzinfo is not None:
        return None
    return datetime.combine(wanted, at, ZoneInfo(zone)).astimezone(UTC)


def is_sensible(due_at: datetime) -> bool:
    """Return whether a moment can be the due date of a task."""
    return _FIRST_YEAR <= due_at.astimezone(UTC).year <= _LAST_YEAR

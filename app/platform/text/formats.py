"""Format numbers, times, and durations for pages."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.platform.clock import now
from app.platform.text.dates import NO_YEAR
from app.platform.text.words import counted, joined, sentence

SHORT_DATE: Final = "%b %-d, %Y"
LONG_DATE: Final = "%B %-d, %Y"
DAY_AND_MONTH: Final = "%B %-d"
TIME: Final = "%-I:%M %p"

# Time zone of the current account.
zone: ContextVar[str] = ContextVar("zone", default="UTC")


def number(value: float | None) -> str:
    """Format with thousands separators: 1204 → 1,204."""
    return "–" if value is None else f"{value:,.0f}"


def percent(value: float | None, digits: int = 0) -> str:
    """Format a value that is already in percent: 43.2 → 43%."""
    return "–" if value is None else f"{value:.{digits}f}%"


def in_zone(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(zone.get()))


def exact(moment: datetime | None) -> str:
    """Format date and time in the account's time zone: Nov 23, 2026, 6:15 AM."""
    return "–" if moment is None else f"{in_zone(moment):{SHORT_DATE}, {TIME}}"


def exact_with_zone(moment: datetime | None) -> str:
    """Format date and time with the account's time zone: Nov 23, 2026, 6:15 AM (America/New York)."""
    return "–" if moment is None else f"{exact(moment)} ({zone.get().replace('_', ' ')})"


def weekday_time(moment: datetime, zone: str) -> str:
    """Format a moment with its weekday in a time zone: Tue, Mar 3, 2026, 9:00 AM."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%a}, {there:{SHORT_DATE}}, {there:{TIME}}"


def midnight(text: str | None, days_later: int = 0) -> datetime | None:
    """Return the start of a day (ISO date) in the account's time zone, as UTC; None if it is invalid."""
    try:
        day = date.fromisoformat(text or "") + timedelta(days=days_later)
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone.get())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(moment: datetime | None) -> str:
    return "–" if moment is None else short_date(in_zone(moment))


def time(moment: datetime) -> str:
    """Format the time of day in the account's time zone: 6:15 AM."""
    return f"{in_zone(moment):{TIME}}"


def time_with_seconds(moment: datetime) -> str:
    """Format the time of day in the account's time zone: 6:15:08 AM."""
    return f"{in_zone(moment):%-I:%M:%S %p}"


def short_date(day: date) -> str:
    """Format a date: Apr 23, 1990; April 23 if the year is NO_YEAR."""
    return f"{day:{DAY_AND_MONTH if day.year == NO_YEAR else SHORT_DATE}}"


def long_date(day: date) -> str:
    """Format a date: April 23, 1990; April 23 if the year is NO_YEAR."""
    return f"{day:{DAY_AND_MONTH if day.year == NO_YEAR else LONG_DATE}}"


def ago(moment: datetime | None, at: datetime | None = None) -> str:
    """Format as relative time, such as “5 minutes ago”, or as a date after a week and in the future."""
    if moment is None:
        return "–"
    seconds = ((at or now()) - moment).total_seconds()
    if -45 < seconds < 45:
        return "just now"
    for limit, size, unit in ((3600, 60, "minute"), (86_400, 3600, "hour"), (604_800, 86_400, "day")):
        if 0 < seconds < limit:
            return f"{counted(max(1, round(seconds / size)), unit)} ago"
    return day(moment)


def duration(seconds: float | None) -> str:
    """Format a duration: 4.2 → 4 seconds; 125 → 2 minutes 5 seconds."""
    if seconds is None:
        return "–"
    whole = max(1, round(seconds))
    if whole < 60:
        return counted(whole, "second")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return counted(minutes, "minute") + (f" {counted(rest, 'second')}" if rest and minutes < 10 else "")
    hours, minutes = divmod(minutes, 60)
    return counted(hours, "hour") + (f" {counted(minutes, 'minute')}" if minutes else "")


def days(value: float) -> str:
    """Format the length of a workflow, given in days: 0 → immediate, 0.5 → 12 hours, 3 → 3 days."""
    if value <= 0:
        return "immediate"
    if value < 1:
        return duration(timedelta(days=value).total_seconds())
    return counted(round(value), "day")


def size(count: int) -> str:
    """Format a number of bytes: 1536 → 2 KB, 104857600 → 100 MB."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit != "MB" else f"{amount:.1f} MB".replace(".0 ", " ")
        amount /= 1024
    return f"{amount:.1f} GB"


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "datetime": exact,
    "datetime_zone": exact_with_zone,
    "day": day,
    "time": time,
    "ago": ago,
    "duration": duration,
    "days": days,
    "joined": joined,
    "sentence": sentence,
    "size": size,
    "plural": counted,
}

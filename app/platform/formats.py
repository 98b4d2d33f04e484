"""How figures, moments and spans of time are written on pages."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.platform.clock import now
from app.platform.words import counted, joined

# The zone of the account that looks at the page.
zone: ContextVar[str] = ContextVar("zone", default="UTC")


def number(value: float | None) -> str:
    """1204 → 1,204."""
    return "–" if value is None else f"{value:,.0f}"


def percent(value: float | None, digits: int = 0) -> str:
    """43.2 → 43%. The value is already out of a hundred."""
    return "–" if value is None else f"{value:.{digits}f}%"


def in_zone(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(zone.get()))


def exact(moment: datetime | None) -> str:
    """Nov 23, 2026, 6:15 AM, in the account's zone."""
    return "–" if moment is None else f"{in_zone(moment):%b %-d, %Y, %-I:%M %p}"


def day(moment: datetime | None) -> str:
    return "–" if moment is None else f"{in_zone(moment):%b %-d, %Y}"


def ago(moment: datetime | None, at: datetime | None = None) -> str:
    """“5 minutes ago”; after a week the date."""
    if moment is None:
        return "–"
    seconds = ((at or now()) - moment).total_seconds()
    if seconds < 45:
        return "just now"
    for limit, size, unit in ((3600, 60, "minute"), (86_400, 3600, "hour"), (604_800, 86_400, "day")):
        if seconds < limit:
            return f"{counted(max(1, round(seconds / size)), unit)} ago"
    return day(moment)


def duration(seconds: float | None) -> str:
    """4.2 → 4 seconds; 125 → 2 minutes 5 seconds."""
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
    """Length of a workflow in words."""
    if value <= 0:
        return "immediate"
    if value < 1:
        return duration(timedelta(days=value).total_seconds())
    return counted(round(value), "day")


def size(count: int) -> str:
    """Bytes in words."""
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
    "day": day,
    "ago": ago,
    "duration": duration,
    "days": days,
    "joined": joined,
    "size": size,
    "plural": counted,
}

"""Wording of moments, and of the pace at which people are let in."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.platform.text.formats import SHORT_DATE, TIME
from app.platform.text.pace import EVERY_DAY, WEEKDAYS, Drip, DripPlan
from app.platform.text.words import counted, joined, sentence

WEEKEND: Final = (5, 6)
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def date_and_time(moment: datetime, zone: str) -> str:
    """Format a moment in a named zone: “Tue, Dec 1, 2026, 9:00 AM (Europe/Berlin)”."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a, {SHORT_DATE}, {TIME}} ({zone})"


def day_and_time(moment: datetime, zone: str, now: datetime) -> str:
    """Format a moment near enough: “today at 9:00 AM”, “tomorrow at …”, “on Mon, Dec 14 at …”."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        day = "today"
    elif local.date() == today + timedelta(days=1):
        day = "tomorrow"
    elif local.year == today.year:
        day = f"on {local:%a, %b %-d}"
    else:
        day = f"on {local:{SHORT_DATE}}"
    return f"{day} at {local:{TIME}}"


def pace_words(drip: Drip) -> str:
    """Describe a pace: “500 people a day on weekdays from 9:00 AM to 5:00 PM”."""
    people = counted(drip.people, "person", "people")
    one = {"minutes": "a minute", "hours": "an hour", "days": "a day"}[drip.unit]
    often = one if drip.every == 1 else f"every {drip.every:,} {drip.unit}"
    return " ".join(filter(None, (people, often, _days(drip.weekdays), _hours(drip))))


def _days(weekdays: tuple[int, ...]) -> str:
    chosen = tuple(sorted(set(weekdays)))
    if chosen == EVERY_DAY:
        return ""
    if chosen == WEEKDAYS:
        return "on weekdays"
    if chosen == WEEKEND:
        return "on weekends"
    return f"on {joined([f'{DAY_NAMES[day]}s' for day in chosen])}"


def _hours(drip: Drip) -> str:
    return f"from {_time(drip.opens)} to {_time(drip.closes)}" if drip.has_hours else ""


def _time(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    if minute == 24 * 60:
        return "midnight"
    return f"{(hours + 11) % 12 + 1}:{minutes:02} {'AM' if hours < 12 else 'PM'}"


def portion_words(plan: DripPlan, zone: str, now: datetime) -> list[str]:
    """Say when each of the first portions leaves, and how many follow; empty for one portion."""
    if plan.portions < 2:
        return []
    words = [
        f"{sentence(day_and_time(at, zone, now))}: {counted(people, 'person', 'people')}"
        for at, people in plan.first
    ]
    more = plan.portions - len(plan.first)
    return words + ([f"and {counted(more, 'more portion')}"] if more else [])


def clock_field(minute: int) -> str:
    """Return a minute of the day as the value of a time field: 540 → 09:00; the end of the day is 00:00."""
    hours, minutes = divmod(minute % (24 * 60), 60)
    return f"{hours:02}:{minutes:02}"

"""The days that numbers are about, and the days before them to compare with. All days are in UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DEFAULT: Final = "30d"
ALL, CUSTOM = "all", "custom"
LENGTHS: Final[Mapping[str, int]] = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
LABELS: Final[Mapping[str, str]] = {
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "365d": "Last 365 days",
    ALL: "All time",
}
MOST_DAYS: Final = 3653
_ONE: Final = timedelta(days=1)
_DAYS_EACH, _WEEKS_EACH = 45, 200


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`; `key` is one of LABELS, or CUSTOM."""

    first: date
    last: date
    key: str = CUSTOM

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period | None":
        """As many days before it; None for all time."""
        if self.key == ALL or self.first.toordinal() <= self.days:
            return None
        return Period(self.first - timedelta(days=self.days), self.first - _ONE)

    @property
    def unit(self) -> str:
        """What a bar of a chart stands for: a day, a week, or a month."""
        return "day" if self.days <= _DAYS_EACH else "week" if self.days <= _WEEKS_EACH else "month"

    def parts(self) -> Iterator["Period"]:
        """Yield the periods that the bars of a chart stand for. Weeks begin with the first day."""
        first = self.first
        while first <= self.last:
            last = min(self._part_end(first), self.last)
            yield Period(first, last)
            first = last + _ONE

    def _part_end(self, first: date) -> date:
        if self.unit == "month":
            return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _ONE
        return first if self.unit == "day" else first + timedelta(days=6)


def preset(key: str, today: date, since: date | None = None) -> Period:
    """Return the period with this key that ends today. All time begins on the day `since`, at most MOST_DAYS
    ago."""
    if key == ALL:
        earliest = today - timedelta(days=MOST_DAYS - 1)
        return Period(max(earliest, min(since or today, today)), today, ALL)
    key = key if key in LENGTHS else DEFAULT
    return Period(today - timedelta(days=LENGTHS[key] - 1), today, key)


def problems_of(first: date | None, last: date | None, today: date) -> dict[str, str]:
    """Return {“from” or “to”: what is wrong} with a period that somebody has chosen."""
    if first is None or last is None:
        missing = {"from": first, "to": last}
        return {name: "Enter a date." for name, day in missing.items() if day is None}
    if last > today:
        return {"to": "Choose a day that isn’t in the future. Days begin at midnight UTC."}
    if first > last:
        return {"from": "Choose a first day that isn’t after the last."}
    if (last - first).days >= MOST_DAYS:
        return {"from": "Choose a period of at most ten years."}
    return {}

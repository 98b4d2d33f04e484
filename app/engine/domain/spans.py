"""How long something took, rounded so that counting it takes few numbers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

HOUR: Final = 60
DAY: Final = 24 * HOUR
_MINUTES_UNTIL, _HOURS_UNTIL = 2 * HOUR, 2 * DAY


def rounded(span: timedelta) -> int:
    """Return minutes: whole minutes below two hours, whole hours below two days, else whole days."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < _MINUTES_UNTIL:
        return minutes
    unit = HOUR if minutes < _HOURS_UNTIL else DAY
    return minutes // unit * unit


def median(numbers: Mapping[int, int]) -> int | None:
    """Return the median of {value: how often}, of two in the middle the lower; None without any."""
    total = sum(numbers.values())
    seen = 0
    for value, often in sorted(numbers.items()):
        seen += often
        if seen * 2 >= total > 0:
            return value
    return None

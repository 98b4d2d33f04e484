"""Rate limits: at most so many people enrolled in any so many seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

MINUTE, SECOND = 60.0, 1.0


class Rate(NamedTuple):
    """At most `people` in any `seconds`, of one account or, if `is_shared`, of all accounts together."""

    people: int
    seconds: float
    is_shared: bool = False

    @property
    def window(self) -> timedelta:
        return timedelta(seconds=self.seconds)


class Enrolled(NamedTuple):
    """People who were enrolled at a moment."""

    at: datetime
    people: int


class Free(NamedTuple):
    """So many people may be enrolled now; the next ones may at `wait_until`."""

    people: int
    wait_until: datetime


def free(rate: Rate, enrolled: Sequence[Enrolled], now: datetime) -> Free:
    """Return what a rate permits now, given who was enrolled recently.

    Moments in the near future, which a clock that was set back leaves, count as now. Later ones are void, so
    that a wrong clock cannot block enrollments for longer than two windows.
    """
    counted = [
        Enrolled(min(one.at, now), one.people)
        for one in enrolled
        if now - rate.window < one.at <= now + rate.window
    ]
    left = max(0, rate.people - sum(one.people for one in counted))
    wait_until = min((one.at for one in counted), default=now) + rate.window
    return Free(left, wait_until)

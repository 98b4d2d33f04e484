"""Quiet hours: the hours of the day at which nobody gets text messages, in the time zone of each contact.

They are read by the clock on the wall: an hour that clocks show twice is quiet twice, and one that they skip
is over when it would begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.accounts.domain.regions import zone_or
from app.platform.text.wall_clock import change_on, minute_of, moment_of, zone_info

_DAYS: Final = 4  # a day may be missing in a time zone that moves across the date line


@dataclass(frozen=True)
class QuietHours:
    """From the minute `begins` of the day until before the minute `ends`, on the next day if it is not
    later."""

    begins: int
    ends: int

    def until(self, moment: datetime, zone: str) -> datetime | None:
        """Return when the quiet hours around a moment end in a time zone; None outside of them."""
        if not self._cover(moment, zone):
            return None
        day = moment.astimezone(zone_info(zone)).date()
        for ahead in range(_DAYS):
            on = day + timedelta(days=ahead)
            both = [moment_of(on, self.ends, zone), moment_of(on, self.ends, zone, again=True)]
            edges = [*both, change] if (change := change_on(on, zone)) else both
            if found := [at for at in edges if at > moment and not self._cover(at, zone)]:
                return min(found)
        raise ValueError("quiet hours without an end")

    def _cover(self, moment: datetime, zone: str) -> bool:
        minute = minute_of(moment.astimezone(zone_info(zone)))
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


NIGHT: Final = QuietHours(21 * 60, 8 * 60)
"""What the law of the United States asks for (TCPA): nothing before 8 a.m. or after 9 p.m."""


@dataclass(frozen=True)
class QuietNow:
    """Quiet hours at a moment, for contacts of an account in `zone`."""

    hours: QuietHours
    zone: str
    at: datetime

    def until(self, contact_zone: str | None) -> datetime | None:
        """Return when a contact may get text messages again; None if it may now. Its time zone is the
        account’s if it is not known."""
        return self.hours.until(self.at, zone_or(contact_zone, self.zone))


def read_quiet_hours(typed: Mapping[str, str]) -> QuietHours | dict[str, str] | None:
    """Read `quiet_hours` (not empty if there are any), `quiet_from`, and `quiet_until`; return {field:
    sentence} if something is wrong."""
    if not typed.get("quiet_hours"):
        return None
    times = {name: _minute(typed.get(name, "")) for name in ("quiet_from", "quiet_until")}
    wrong = {name: "Choose a time." for name, minute in times.items() if minute is None}
    begins, ends = times["quiet_from"], times["quiet_until"]
    if begins is None or ends is None:
        return wrong
    if begins == ends:
        return {"quiet_until": "The end must differ from the start."}
    return QuietHours(begins, ends)


def _minute(text: str) -> int | None:
    try:
        return minute_of(datetime.strptime(text.strip()[:5], "%H:%M"))
    except ValueError:
        return None

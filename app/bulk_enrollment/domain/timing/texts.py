"""Wording of start times, paces, and what a job waits for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.platform.text.formats import TIME, duration
from app.platform.text.pace import Drip, DripPlan
from app.platform.text.pace_words import clock_field, date_and_time, day_and_time
from app.platform.text.wall_clock import LocalTime, minute_of
from app.platform.text.words import counted

SOON_SECONDS: Final = 90.0


@dataclass(frozen=True)
class Timing:
    """The timing of a job, for its texts.

    `starts_at` is set while the job is scheduled, `missed_at` if it has missed that start, `waits_until`
    while no batch may begin; `plan` is when the people who are left leave. `zone` is the time zone of the
    job; `ahead` is the number of jobs before it.
    """

    now: datetime
    zone: str
    starts_at: datetime | None = None
    waits_until: datetime | None = None
    drip: Drip | None = None
    plan: DripPlan | None = None
    ahead: int = 0
    missed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing of the job happens before a known time."""
        return self.starts_at is not None or (self.waits_until is not None and self.waits_until > self.now)

    @property
    def next_words(self) -> str:
        """Say in a list when the job starts or goes on; empty if it does not wait."""
        if self.missed_at is not None:
            return "Missed its start"
        if self.starts_at is not None:
            return f"Starts {short_time(self.starts_at, self.zone, self.now)}"
        if self.waits and self.waits_until is not None:
            return f"Continues {short_time(self.waits_until, self.zone, self.now)}"
        return ""


def short_time(moment: datetime, zone: str, now: datetime) -> str:
    """Format a moment for a list: “today, 9:00 AM”, “Dec 14, 9:00 AM”."""
    return day_and_time(moment, zone, now).removeprefix("on ").replace(" at ", ", ")


def time_until(moment: datetime, now: datetime) -> str:
    """Format the time from now: “in 3 hours”, “in 12 days”, or “now”."""
    seconds = (moment - now).total_seconds()
    if seconds < 1:
        return "now"
    if seconds >= 2 * 86_400:
        return f"in {counted(round(seconds / 86_400), 'day')}"
    return f"in {duration(seconds)}"


def start_words(starts_at: datetime, zone: str, now: datetime) -> str:
    """Say when a scheduled job starts."""
    if starts_at <= now:
        return f"Starts now. It was scheduled for {date_and_time(starts_at, zone)}."
    return f"Starts {time_until(starts_at, now)}, on {date_and_time(starts_at, zone)}."


def missed_start_words(missed_at: datetime, zone: str) -> str:
    """Say that a job was not started, because its time was long past, and what a person can do."""
    return (
        f"Missed its start on {date_and_time(missed_at, zone)} by more than a day. "
        "Start it now, choose another time, or cancel it."
    )


def plan_words(plan: DripPlan, zone: str, now: datetime) -> str:
    """Say when the first and the last people leave; empty if nobody does."""
    if not plan.portions or not plan.first:
        return ""
    first = day_and_time(plan.first[0][0], zone, now)
    people = counted(plan.people, "person", "people")
    if plan.portions == 1:
        return f"{people} will be added {first}."
    last = "more than a year later" if plan.last is None else day_and_time(plan.last, zone, now)
    return f"{people} in {counted(plan.portions, 'portion')}: the first {first}, the last {last}."


def waiting_words(timing: Timing) -> str:
    """Say what a running job waits for; empty if it does not wait."""
    until = timing.waits_until
    if until is None or until <= timing.now:
        return ""
    if timing.drip is None:
        return (
            f"The limit of people enrolled per minute is reached. The job continues {_soon(until, timing)}."
        )
    following = f"The next portion leaves {_soon(until, timing)}"
    plan = timing.plan
    if plan is None or plan.last is None or plan.portions < 2:
        return f"{following}."
    return f"{following}, the last one {day_and_time(plan.last, timing.zone, timing.now)}."


def _soon(moment: datetime, timing: Timing) -> str:
    if (moment - timing.now).total_seconds() < SOON_SECONDS:
        return time_until(moment, timing.now)
    return day_and_time(moment, timing.zone, timing.now)


def queue_words(ahead: int) -> str:
    """Say how many jobs are before this one; empty if none is."""
    return f"{counted(ahead, 'job')} before this one." if ahead else ""


def peculiarity_words(local: datetime, meant: LocalTime, zone: str) -> str:
    """Say which moment a local time means that clocks skip or show twice; empty for any other."""
    day, at = f"{local:%B %-d}", f"{local:{TIME}}"
    found = meant.moment.astimezone(ZoneInfo(zone))
    if meant.peculiarity == "skipped":
        return (
            f"Clocks go forward on {day}, so {at} doesn’t exist in {zone}. The job starts at {found:{TIME}}."
        )
    if meant.peculiarity == "repeated":
        return f"Clocks go back on {day}, so {at} occurs twice in {zone}. The job starts the first time."
    return ""


def local_fields(moment: datetime, zone: str) -> tuple[str, str]:
    """Return a moment as the values of a date and a time field."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}", clock_field(minute_of(local))

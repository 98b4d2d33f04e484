"""The pace of people who are let in over time (a drip): so many in each portion, only at chosen hours
and on chosen weekdays.

Portions by minutes or hours are that far apart in elapsed time; portions by days begin at the same time of
day. Both move to the next permitted moment where they would fall outside the chosen hours or days. Moments
are in UTC; hours, weekdays and days are those of the drip's time zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.platform.text.wall_clock import MIDNIGHT, change_on, minute_of, moment_of

Unit = Literal["minutes", "hours", "days"]

UNITS: Final[tuple[Unit, ...]] = ("minutes", "hours", "days")
EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS: Final = (0, 1, 2, 3, 4)
MOST_PEOPLE: Final = 1_000_000
LONGEST_PERIOD: Final[dict[Unit, int]] = {"minutes": 10_080, "hours": 720, "days": 90}
LONGEST: Final = timedelta(days=366)  # from the start of a job to its last portion
LATE: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class Drip:
    """`people` every `every` `unit`, from `opens` until before `closes` (minutes of the day, 0 to 1440) on
    `weekdays` (0 is Monday) in `zone`.

    `daily_at` is the minute of the day at which portions by days begin if the hours do not say so.
    """

    people: int
    every: int = 1
    unit: Unit = "days"
    opens: int = 0
    closes: int = MIDNIGHT
    weekdays: tuple[int, ...] = EVERY_DAY
    zone: str = "UTC"
    daily_at: int | None = None

    @property
    def has_hours(self) -> bool:
        return (self.opens, self.closes) != (0, MIDNIGHT)

    @property
    def period(self) -> timedelta:
        """The time from one portion to the next; for days, their nominal length."""
        return timedelta(**{self.unit: self.every})

    @property
    def tolerance(self) -> timedelta:
        """How late a portion may begin without moving the following ones."""
        return min(LATE, self.period / 10)

    def starting(self, moment: datetime) -> "Drip":
        """Return the drip of a job that starts at a moment, which gives portions by days their time."""
        if self.unit != "days" or self.has_hours:
            return self
        return replace(self, daily_at=minute_of(self._local(first_open(self, moment))))

    def instead_of(self, earlier: "Drip | None", moment: datetime) -> "Drip":
        """Return the drip of a job that changes its pace. Portions by days keep the time of day that the
        `earlier` drip has, or get that of a moment."""
        if earlier is None or earlier.daily_at is None or (earlier.zone, self.unit) != (self.zone, "days"):
            return self.starting(moment)
        return self if self.has_hours else replace(self, daily_at=earlier.daily_at)

    def is_open(self, moment: datetime) -> bool:
        """Return whether people may be enrolled at a moment."""
        local = self._local(moment)
        return local.weekday() in self.weekdays and self.opens <= minute_of(local) < self.closes

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))


def drip_problem(drip: Drip) -> tuple[str, str] | None:
    """Return (field, sentence) for the first invalid value of a drip, or None. The zone is not checked."""
    if not 1 <= drip.people <= MOST_PEOPLE:
        return "people", f"Enter how many people to add at a time, from 1 to {MOST_PEOPLE:,}."
    if drip.unit not in UNITS:
        return "unit", "Choose minutes, hours, or days."
    longest = LONGEST_PERIOD[drip.unit]
    if not 1 <= drip.every <= longest:
        return "every", f"Enter a number of {drip.unit} from 1 to {longest:,}."
    if not drip.weekdays or not set(drip.weekdays) <= set(EVERY_DAY):
        return "weekdays", "Choose at least one day of the week."
    if not 0 <= drip.opens < drip.closes <= MIDNIGHT:
        return "closes", "The end of the hours must be later than their start."
    return None


def write_drip(drip: Drip) -> dict[str, Any]:
    """Return a drip as JSON."""
    return asdict(drip) | {"weekdays": list(drip.weekdays)}


def read_drip(document: Mapping[str, Any]) -> Drip:
    """Return the drip of a JSON document; what is missing has its default."""
    daily_at, unit = document.get("daily_at"), document.get("unit")
    return Drip(
        people=int(document.get("people") or 0),
        every=int(document.get("every", 1)),
        unit=unit if unit in UNITS else "days",
        opens=int(document.get("opens", 0)),
        closes=int(document.get("closes", MIDNIGHT)),
        weekdays=tuple(int(one) for one in document.get("weekdays", EVERY_DAY)),
        zone=str(document.get("zone") or "UTC"),
        daily_at=None if daily_at is None else int(daily_at),
    )


def first_open(drip: Drip, moment: datetime) -> datetime:
    """Return the first moment at or after the given one at which people may be enrolled."""
    if drip.is_open(moment):
        return moment
    day = drip._local(moment).date()
    for ahead in range(10):
        begins = [
            at
            for at in _edges(drip, day + timedelta(days=ahead), drip.opens)
            if at >= moment and drip.is_open(at)
        ]
        if begins:
            return min(begins)
    raise ValueError("a drip without a weekday")


def next_portion(drip: Drip, portion: datetime) -> datetime:
    """Return the time of the portion that follows the one of a given time."""
    if drip.unit != "days":
        return first_open(drip, portion + drip.period)
    local = drip._local(portion)
    minute = drip.opens if drip.has_hours else minute_of(local) if drip.daily_at is None else drip.daily_at
    day = local.date() + timedelta(days=drip.every)
    while day.weekday() not in drip.weekdays:
        day += timedelta(days=1)
    return first_open(drip, moment_of(day, minute, drip.zone))


def portions(drip: Drip, start: datetime) -> Iterator[datetime]:
    """Yield the times of all portions of a job that may start at `start`, up to LONGEST later."""
    for run in _runs(drip, start):
        count = run.times
        number = 0
        while count is None or number < count:
            at = run.first + number * drip.period
            if at > start + LONGEST:
                return
            yield at
            number += 1


def portion_time(drip: Drip, start: datetime, index: int) -> datetime | None:
    """Return the time of a portion, counted from 0, or None if it is more than LONGEST after the start.

    Takes a step for each day, not for each portion.
    """
    for run in _runs(drip, start):
        if run.times is None or index < run.times:
            at = run.first + index * drip.period
            return at if at <= start + LONGEST else None
        index -= run.times
    return None


class _Run(NamedTuple):
    """Portions that follow each other by the period: the first one, and their number (None: without end)."""

    first: datetime
    times: int | None


def _runs(drip: Drip, start: datetime) -> Iterator[_Run]:
    at = first_open(drip, start)
    while at <= start + LONGEST:
        if drip.unit == "days":
            yield _Run(at, 1)
            at = next_portion(drip, at)
            continue
        end = _open_until(drip, at)
        if end is None:
            yield _Run(at, None)
            return
        count = -((at - end) // drip.period)
        yield _Run(at, count)
        at = first_open(drip, at + count * drip.period)


def _open_until(drip: Drip, moment: datetime) -> datetime | None:
    """Return the end of the open hours around a moment, at the latest the end of the day; None if they have
    no end."""
    if not drip.has_hours and len(set(drip.weekdays)) == len(EVERY_DAY):
        return None
    day = drip._local(moment).date()
    ends = [at for at in _edges(drip, day, drip.closes) if at > moment and not drip.is_open(at)]
    return min([*ends, moment_of(day, MIDNIGHT, drip.zone)])


def _edges(drip: Drip, day: date, minute: int) -> list[datetime]:
    """Return the moments of a local day at which hours may begin or end: both occurrences of a minute, and
    the change of clocks."""
    change = change_on(day, drip.zone)
    both = [moment_of(day, minute, drip.zone), moment_of(day, minute, drip.zone, again=True)]
    return both if change is None else [*both, change]


class Portion(NamedTuple):
    """The latest portion that has begun: its time (None: none has), and the people enrolled from it; at least
    the size of a portion if it has left and the pace has changed since."""

    at: datetime | None = None
    taken: int = 0


def portion_after_change(portion: Portion, earlier: Drip | None, drip: Drip | None) -> Portion:
    """Return the latest portion of a job whose pace changes from `earlier` to `drip` (None: all at once).

    A portion that has left is not topped up, even if portions are larger now. One that is leaving gets the
    new size.
    """
    if earlier is None or drip is None or portion.at is None:
        return Portion()
    has_left = portion.taken >= earlier.people
    return portion._replace(taken=max(portion.taken, drip.people)) if has_left else portion


class Turn(NamedTuple):
    """What a drip permits at a moment: so many `people` from `portion`, or none until `wait_until`."""

    people: int
    portion: Portion
    wait_until: datetime


def turn(drip: Drip, portion: Portion, start: datetime, now: datetime) -> Turn:
    """Return what a drip permits now, given the latest portion and the time from which the job could start.

    Nobody is caught up on: of portions that were missed only the last begins. A portion by minutes or hours
    that begins late moves the following ones.
    """
    due = first_open(drip, start) if portion.at is None else next_portion(drip, portion.at)
    if now >= due:
        portion = Portion(_begun(drip, due, now))
        due = next_portion(drip, portion.at or due)
    elif portion.at is None:
        return Turn(0, portion, due)
    left = drip.people - portion.taken
    if left <= 0:
        return Turn(0, portion, due)
    if not drip.is_open(now):
        return Turn(0, portion, min(due, first_open(drip, now)))
    return Turn(left, portion, due)


def _begun(drip: Drip, due: datetime, now: datetime) -> datetime:
    """Return the time of the portion that begins now and was due earlier."""
    if now - due <= drip.tolerance:
        return due
    if drip.unit != "days":
        return first_open(drip, now)
    while (following := next_portion(drip, due)) <= now:
        due = following
    return due


@dataclass(frozen=True)
class DripPlan:
    """When people leave: number of portions, the times of the first few, and of the last.

    `last` is None if it is more than LONGEST after the start.
    """

    people: int
    portions: int
    first: tuple[tuple[datetime, int], ...]
    last: datetime | None


SHOWN_PORTIONS: Final = 5


def plan_left(drip: Drip, portion: Portion, start: datetime, now: datetime, people: int) -> DripPlan:
    """Return when the `people` leave who are left of a running job, those first who may leave now."""
    mine = turn(drip, portion, start, now)
    at_once = min(mine.people, people)
    rest = drip_plan(drip, mine.wait_until, people - at_once)
    if not at_once:
        return rest
    first = ((now, at_once), *rest.first)
    return DripPlan(people, rest.portions + 1, first, rest.last if rest.portions else now)


def drip_plan(drip: Drip, start: datetime, people: int) -> DripPlan:
    """Return when `people` leave with a drip that may start at `start`."""
    count = -(-people // drip.people)
    times = islice(portions(drip, start), min(count, SHOWN_PORTIONS))
    shown = tuple((at, min(drip.people, people - number * drip.people)) for number, at in enumerate(times))
    last = portion_time(drip, start, count - 1) if count else start
    return DripPlan(people, count, shown, last)

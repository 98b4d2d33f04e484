"""Portions of a drip: at chosen hours and on chosen weekdays, also when clocks change (B-15)."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.platform.text.pace import (
    EVERY_DAY,
    LONGEST,
    WEEKDAYS,
    Drip,
    Portion,
    drip_plan,
    drip_problem,
    first_open,
    next_portion,
    plan_left,
    portion_time,
    portions,
    turn,
)
from app.platform.text.wall_clock import MIDNIGHT, minute_of

# Both changes of the clocks in 2026, a day before each.
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 10, 2, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)),
}
AROUND = [(zone, start) for zone, starts in CHANGES.items() for start in starts]


def local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %H:%M}"


@st.composite
def drips(draw) -> tuple[Drip, datetime]:
    zone, near = draw(st.sampled_from(AROUND))
    opens = draw(st.integers(0, MIDNIGHT - 1))
    closes = draw(st.integers(opens + 1, MIDNIGHT))
    if draw(st.booleans()):
        opens, closes = 0, MIDNIGHT
    drip = Drip(
        people=draw(st.integers(1, 500)),
        every=draw(st.integers(1, 40)),
        unit=draw(st.sampled_from(["minutes", "hours", "days"])),
        opens=opens,
        closes=closes,
        weekdays=tuple(sorted(draw(st.sets(st.sampled_from(EVERY_DAY), min_size=1)))),
        zone=zone,
    )
    return drip, near + timedelta(minutes=draw(st.integers(0, 3 * 24 * 60)))


@given(drips())
@settings(max_examples=150, deadline=None)
def test_the_first_open_minute_is_the_first(given_) -> None:
    """Compared with a search minute by minute."""
    drip, start = given_
    found = first_open(drip, start)
    at = start
    for _ in range(2 * 24 * 60):
        if drip.is_open(at):
            break
        at += timedelta(minutes=1)
    else:
        assert found >= at
        return
    assert found == at


@given(drips())
@settings(max_examples=150, deadline=None)
def test_portions_are_permitted_and_far_enough_apart(given_) -> None:
    drip, start = given_
    drip = drip.starting(start)
    times = list(islice(portions(drip, start), 60))
    assert times and times[0] == first_open(drip, start)
    assert all(drip.is_open(at) for at in times)
    for earlier, later in pairwise(times):
        assert later == next_portion(drip, earlier)
        if drip.unit == "days":
            days = (_day(later, drip) - _day(earlier, drip)).days
            assert days >= drip.every
        else:
            assert later - earlier >= drip.period
            assert later == earlier + drip.period or not drip.is_open(earlier + drip.period)


@given(drips(), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_a_portion_is_found_without_counting_to_it(given_, index: int) -> None:
    drip, start = given_
    times = list(islice(portions(drip, start), index + 1))
    expected = times[index] if len(times) > index else None
    assert portion_time(drip, start, index) == expected


@given(drips(), st.data())
@settings(max_examples=100, deadline=None)
def test_no_window_has_more_people_than_a_portion(given_, data) -> None:
    """Whatever workers do: late, at odd moments, after pauses of any length."""
    drip, start = given_
    drip = drip.starting(start)
    portion, now = Portion(), start
    taken: list[tuple[datetime, int]] = []
    begun: list[datetime] = []
    for _ in range(40):
        mine = turn(drip, portion, start, now)
        assert mine.wait_until > now or mine.people
        if mine.people:
            assert drip.is_open(now)
            people = data.draw(st.integers(0, mine.people))
            if mine.portion.at != portion.at:
                begun.append(mine.portion.at)
            portion = mine.portion._replace(taken=mine.portion.taken + people)
            taken.append((portion.at, people))
        now = data.draw(
            st.sampled_from(
                [mine.wait_until, now + drip.period / 3, now + timedelta(seconds=1), now + 5 * drip.period]
            )
        )
    for at in {at for at, _ in taken}:
        assert sum(people for of, people in taken if of == at) <= drip.people
    for earlier, later in pairwise(begun):
        if drip.unit == "days":
            assert (_day(later, drip) - _day(earlier, drip)).days >= drip.every
        else:
            assert later - earlier >= drip.period


def _day(moment: datetime, drip: Drip):
    return moment.astimezone(ZoneInfo(drip.zone)).date()


@pytest.mark.parametrize(("zone", "start"), AROUND)
def test_office_hours_stay_office_hours_over_a_change(zone: str, start: datetime) -> None:
    drip = Drip(500, opens=9 * 60, closes=17 * 60, zone=zone)
    times = [local(at, zone).split()[1] for at in islice(portions(drip, start), 1, 6)]
    assert times == ["09:00"] * 5


@pytest.mark.parametrize(("zone", "start"), AROUND)
def test_without_hours_a_day_begins_when_the_first_did(zone: str, start: datetime) -> None:
    drip = Drip(500, zone=zone).starting(start)
    walls = {minute_of(at.astimezone(ZoneInfo(zone))) for at in islice(portions(drip, start), 6)}
    assert walls == {drip.daily_at}


def test_hours_are_as_long_as_clocks_say() -> None:
    """From 1:00 to 4:00 an hourly drip has two portions in the night clocks go forward, four when back."""
    for start, hours in (
        (datetime(2026, 3, 28, 20, tzinfo=UTC), 2),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), 4),
    ):
        drip = Drip(10, unit="hours", opens=60, closes=240, zone="Europe/Berlin")
        night = [at for at in islice(portions(drip, start), 10) if at < start + timedelta(hours=12)]
        assert len(night) == hours


def test_a_quarter_hour_drip_over_the_half_hour_of_lord_howe() -> None:
    zone = "Australia/Lord_Howe"
    start = datetime(2026, 10, 4, 1, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    times = list(islice(portions(Drip(10, every=15, unit="minutes", zone=zone), start), 4))
    assert [local(at, zone) for at in times] == ["Sun 01:30", "Sun 01:45", "Sun 02:30", "Sun 02:45"]


def test_weekdays_leave_the_weekend_out() -> None:
    drip = Drip(500, opens=540, closes=1020, weekdays=WEEKDAYS, zone="Europe/Berlin")
    start = datetime(2026, 12, 3, 12, tzinfo=UTC)  # a Thursday, 13:00
    names = [local(at, drip.zone) for at in islice(portions(drip, start), 4)]
    assert names == ["Thu 13:00", "Fri 09:00", "Mon 09:00", "Tue 09:00"]


def test_what_is_missed_is_not_caught_up_on() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    hourly = Drip(100, unit="hours")
    portion = turn(hourly, Portion(), start, start).portion._replace(taken=100)
    later = turn(hourly, portion, start, start + timedelta(hours=5, minutes=30))
    assert later.people == 100 and later.portion.at == start + timedelta(hours=5, minutes=30)
    assert later.wait_until == start + timedelta(hours=6, minutes=30), "the following ones move"
    slightly = turn(hourly, portion, start, start + timedelta(hours=1, seconds=20))
    assert slightly.wait_until == start + timedelta(hours=2), "a short delay does not move them"


def test_a_portion_that_is_cut_off_by_the_end_of_the_hours_goes_on_the_next_day() -> None:
    drip = Drip(5_000, every=7, opens=540, closes=1020)
    start = datetime(2026, 12, 1, 16, 59, tzinfo=UTC)
    portion = turn(drip, Portion(), start, start).portion._replace(taken=200)
    closed = turn(drip, portion, start, start + timedelta(minutes=1))
    assert closed.people == 0 and closed.wait_until == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert turn(drip, portion, start, closed.wait_until).people == 4_800


def test_a_plan_says_who_leaves_when() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    plan = drip_plan(Drip(500), start, 1_200)
    assert plan.portions == 3 and plan.last == start + timedelta(days=2)
    assert [people for _, people in plan.first] == [500, 500, 200]
    left = plan_left(Drip(500), Portion(start, 200), start, start + timedelta(hours=1), 1_000)
    assert [people for _, people in left.first] == [300, 500, 200]
    assert left.last == start + timedelta(days=2)
    assert plan_left(Drip(500), Portion(start, 500), start, start + timedelta(hours=1), 0).portions == 0


def test_a_plan_of_a_million_portions_takes_no_time() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert drip_plan(Drip(1), start, 1_000_000).last is None
    minutely = drip_plan(Drip(1, unit="minutes", opens=540, closes=1020), start, 100_000)
    assert minutely.last is not None and minutely.last < start + LONGEST


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"people": 0}, "people"),
        ({"people": 1_000_001}, "people"),
        ({"people": 5, "every": 0}, "every"),
        ({"people": 5, "every": 91}, "every"),
        ({"people": 5, "every": 10_081, "unit": "minutes"}, "every"),
        ({"people": 5, "unit": "weeks"}, "unit"),
        ({"people": 5, "weekdays": ()}, "weekdays"),
        ({"people": 5, "weekdays": (7,)}, "weekdays"),
        ({"people": 5, "opens": 600, "closes": 600}, "closes"),
        ({"people": 5, "opens": 600, "closes": 1441}, "closes"),
    ],
)
def test_impossible_drips_are_refused(wrong, field: str) -> None:
    problem = drip_problem(Drip(**wrong))
    assert problem and problem[0] == field and problem[1].endswith(".")
    assert drip_problem(Drip(5)) is None

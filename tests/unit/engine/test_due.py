"""When waits end: in every time zone, and when clocks change (E-05)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.accounts.domain.regions import zones
from app.engine.domain.due import anniversary, until, wait_ends, zone_for
from app.platform.text.wall_clock import resolve
from app.workflows.domain.steps.waits import WEEKDAYS

BERLIN, NEW_YORK, APIA = "Europe/Berlin", "America/New_York", "Pacific/Apia"
WEEKDAY_NAMES = [name for name, _ in WEEKDAYS]
BIRTHDAY, CUSTOM = "contact.birthday", "contact.custom.next_appointment"

all_zones = st.sampled_from(sorted(zones()))
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
days = st.dates(date(1990, 1, 1), date(2037, 1, 1))
optional_times = st.one_of(st.none(), times)


@st.composite
def waits(draw) -> tuple[dict[str, object], date | None]:
    """Settings of a step, and the contact's date."""
    kind = draw(st.sampled_from(["date", "contact_field", "time_of_day", "weekday"]))
    config: dict[str, object] = {
        "kind": kind,
        "time": draw(times if kind == "time_of_day" else optional_times),
    }
    if kind == "date":
        config["date"] = draw(days).isoformat()
    elif kind == "weekday":
        config["weekday"] = draw(st.sampled_from(WEEKDAY_NAMES))
    elif kind == "contact_field":
        field = draw(st.sampled_from([BIRTHDAY, CUSTOM, "contact.created_at"]))
        config |= {"field": field, "days_before": draw(st.integers(0, 365))}
        years = st.dates(date(1604, 1, 1), date(2037, 1, 1))
        return config, draw(st.one_of(st.none(), years))
    return config, None


def clock(text: str | None) -> time:
    return time.fromisoformat(text or "00:00")


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_at(moment: datetime, wanted: datetime, zone: str) -> bool:
    """Whether a moment is the first one with a local time, or the end of the gap in which that falls."""
    shown = local(moment, zone)
    if shown.replace(fold=0) == wanted:
        return shown.fold == 0
    before = local(moment - timedelta(microseconds=1), zone)
    return before < wanted < shown


@settings(max_examples=600)
@given(waits(), all_zones, moments)
def test_it_never_goes_on_before_it_arrives(wait, zone, at):
    config, day = wait
    due = until(config, at, zone, day)
    assert due is not None and due >= at
    assert due.utcoffset() == timedelta(0)
    assert until(config, due, zone, day) == due  # what is due stays due


@settings(max_examples=600)
@given(waits(), all_zones, moments, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_who_arrives_later_does_not_go_on_earlier(wait, zone, at, later):
    config, day = wait
    assert until(config, at, zone, day) <= until(config, at + later, zone, day)


@settings(max_examples=600)
@given(times, all_zones, moments)
@example("02:30", BERLIN, datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
@example("02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example("02:30", BERLIN, datetime(2026, 10, 25, 0, 31, tzinfo=UTC))
@example("00:30", "America/Sao_Paulo", datetime(2017, 10, 15, 2, 59, tzinfo=UTC))
def test_a_time_of_day(clock_time, zone, at):
    due = until({"kind": "time_of_day", "time": clock_time}, at, zone)
    assert due - at <= timedelta(hours=50)
    near = [local(due, zone).date() - timedelta(days=back) for back in (0, 1)]
    assert any(is_at(due, datetime.combine(day, clock(clock_time)), zone) for day in near)


@settings(max_examples=600)
@given(st.sampled_from(range(7)), times, all_zones, moments)
def test_a_weekday_at_a_time(weekday, clock_time, zone, at):
    due = until({"kind": "weekday", "weekday": WEEKDAY_NAMES[weekday], "time": clock_time}, at, zone)
    assert due - at <= timedelta(days=7, hours=26)
    near = [local(due, zone).date() - timedelta(days=back) for back in (0, 1)]
    wanted = [day for day in near if day.weekday() == weekday]
    assert any(is_at(due, datetime.combine(day, clock(clock_time)), zone) for day in wanted)


@settings(max_examples=600)
@given(days, optional_times, all_zones, moments)
def test_a_date(day, clock_time, zone, at):
    due = until({"kind": "date", "date": day.isoformat(), "time": clock_time}, at, zone)
    wanted = datetime.combine(day, clock(clock_time))
    is_past = resolve(wanted, zone).moment <= at
    assert due == at if is_past else is_at(due, wanted, zone)


@settings(max_examples=600)
@given(st.dates(date(1604, 1, 1), date(2037, 1, 1)), optional_times, st.integers(0, 365), all_zones, moments)
def test_a_birthday(born, clock_time, days_before, zone, at):
    config = {"kind": "contact_field", "field": BIRTHDAY, "days_before": days_before, "time": clock_time}
    due = until(config, at, zone, born)
    assert due - at <= timedelta(days=367)
    if due == at:
        near = [local(at, zone).date() - timedelta(days=back) for back in (0, 1)]  # a day can be skipped
    else:
        near = [local(due, zone).date() - timedelta(days=back) for back in (0, 1)]
        assert any(is_at(due, datetime.combine(day, clock(clock_time)), zone) for day in near)
    celebrated = [day + timedelta(days=days_before) for day in near]
    assert any(
        (day.month, day.day) == (born.month, born.day)
        or ((born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28))
        for day in celebrated
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("config", "day", "arrived", "due"),
    [
        # The gap of March 29, 2026, from 2:00 to 3:00, and the hour of October 25 that occurs twice.
        ({"kind": "time_of_day", "time": "02:30"}, None, "2026-03-29T00:59Z", "2026-03-29T01:00Z"),
        ({"kind": "time_of_day", "time": "02:30"}, None, "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        ({"kind": "time_of_day", "time": "02:30"}, None, "2026-03-29T01:01Z", "2026-03-30T00:30Z"),
        ({"kind": "time_of_day", "time": "02:30"}, None, "2026-10-25T00:30Z", "2026-10-25T00:30Z"),
        ({"kind": "time_of_day", "time": "02:30"}, None, "2026-10-25T00:31Z", "2026-10-26T01:30Z"),
        ({"kind": "weekday", "weekday": "monday"}, None, "2026-05-03T12:00Z", "2026-05-03T22:00Z"),
        ({"kind": "weekday", "weekday": "monday"}, None, "2026-05-04T12:00Z", "2026-05-04T12:00Z"),
        (
            {"kind": "weekday", "weekday": "monday", "time": "09:00"},
            None,
            "2026-05-04T07:01Z",
            "2026-05-11T07:00Z",
        ),
        ({"kind": "date", "date": "2026-05-01"}, None, "2026-04-01T00:00Z", "2026-04-30T22:00Z"),
        (
            {"kind": "date", "date": "2026-05-01", "time": "09:00"},
            None,
            "2026-06-01T00:00Z",
            "2026-06-01T00:00Z",
        ),
    ],
)
def test_examples_in_berlin(config, day, arrived, due):
    assert until(config, at(arrived), BERLIN, day) == at(due)


@pytest.mark.parametrize(
    ("settings", "day", "arrived", "due"),
    [
        ({"field": CUSTOM}, date(2026, 5, 10), "2026-05-01T12:00Z", "2026-05-10T04:00Z"),
        ({"field": CUSTOM, "days_before": 3}, date(2026, 5, 10), "2026-05-01T12:00Z", "2026-05-07T04:00Z"),
        ({"field": CUSTOM, "days_before": 3}, date(2026, 5, 10), "2026-05-09T12:00Z", "2026-05-09T12:00Z"),
        ({"field": CUSTOM}, date(2025, 5, 10), "2026-05-01T12:00Z", "2026-05-01T12:00Z"),
        ({"field": CUSTOM}, None, "2026-05-01T12:00Z", "2026-05-01T12:00Z"),
        ({"field": BIRTHDAY}, None, "2026-05-01T12:00Z", "2026-05-01T12:00Z"),
        ({"field": BIRTHDAY, "time": "09:00"}, date(1990, 4, 23), "2026-05-01T12:00Z", "2027-04-23T13:00Z"),
        ({"field": BIRTHDAY, "time": "09:00"}, date(1604, 5, 1), "2026-05-01T12:00Z", "2026-05-01T13:00Z"),
        ({"field": BIRTHDAY, "time": "09:00"}, date(1604, 5, 1), "2026-05-01T14:00Z", "2026-05-01T14:00Z"),
        ({"field": BIRTHDAY, "days_before": 7}, date(1990, 1, 3), "2026-12-20T12:00Z", "2026-12-27T05:00Z"),
        ({"field": BIRTHDAY}, date(1992, 2, 29), "2027-01-01T12:00Z", "2027-02-28T05:00Z"),
        ({"field": BIRTHDAY}, date(1992, 2, 29), "2028-01-01T12:00Z", "2028-02-29T05:00Z"),
        ({"field": "contact.created_at"}, date(2026, 4, 30), "2026-05-01T12:00Z", "2027-04-30T04:00Z"),
        ({"field": CUSTOM}, date(9999, 12, 31), "2026-05-01T12:00Z", "9998-12-31T05:00Z"),
        ({"field": CUSTOM, "days_before": 365}, date(1, 1, 1), "2026-05-01T12:00Z", "2026-05-01T12:00Z"),
    ],
)
def test_contact_dates_in_new_york(settings, day, arrived, due):
    assert until({"kind": "contact_field"} | settings, at(arrived), NEW_YORK, day) == at(due)


@pytest.mark.parametrize(
    ("config", "day", "due"),
    [
        ({"kind": "date", "date": "2026-04-30"}, None, None),
        ({"kind": "date", "date": "2026-05-01", "time": "06:00"}, None, "2026-05-01T12:00Z"),
        ({"kind": "contact_field", "field": CUSTOM}, date(2026, 4, 30), None),
        ({"kind": "contact_field", "field": CUSTOM, "days_before": 2}, date(2026, 5, 2), None),
        ({"kind": "contact_field", "field": CUSTOM}, date(2026, 5, 2), "2026-05-02T04:00Z"),
        ({"kind": "contact_field", "field": BIRTHDAY}, None, None),
    ],
)
def test_a_step_may_end_the_workflow_for_who_comes_too_late(config, day, due):
    found = until(config | {"passed": "end"}, at("2026-05-01T12:00Z"), NEW_YORK, day)
    assert found == (at(due) if due else None)


def test_a_day_that_does_not_exist():
    """Samoa went from December 29, 2011, to December 31."""
    new_day = at("2011-12-30T10:00Z")
    assert until({"kind": "date", "date": "2011-12-30"}, at("2011-12-01T00:00Z"), APIA) == new_day
    friday = {"kind": "weekday", "weekday": "friday", "time": "09:00"}
    assert until(friday, at("2011-12-28T00:00Z"), APIA) == new_day
    assert until(friday, new_day, APIA) == new_day


@pytest.mark.parametrize(
    ("amount", "unit", "ends"),
    [
        (90, "minutes", "2026-03-28T13:30Z"),
        (24, "hours", "2026-03-29T12:00Z"),
        (1, "days", "2026-03-29T12:00Z"),
        (2, "weeks", "2026-04-11T12:00Z"),
    ],
)
def test_a_wait_is_a_duration(amount, unit, ends):
    assert wait_ends({"amount": amount, "unit": unit}, at("2026-03-28T12:00Z")) == at(ends)


def test_whose_time_zone():
    theirs = {"zone": "contact"}
    assert zone_for(theirs, NEW_YORK, BERLIN) == NEW_YORK
    assert zone_for(theirs, None, BERLIN) == BERLIN
    assert zone_for(theirs, "Mars/Olympus", BERLIN) == BERLIN
    assert zone_for({"zone": "account"}, NEW_YORK, BERLIN) == BERLIN
    assert zone_for({}, NEW_YORK, BERLIN) == BERLIN


@given(days, days)
def test_an_anniversary_is_within_a_year(day, today):
    found = anniversary(day, today)
    assert today <= found <= today + timedelta(days=366)
    assert found.month == day.month

"""When tasks are due, in the time zone of the account."""

from datetime import UTC, date, datetime

import pytest

from app.tasks.domain.due import (
    Urgency,
    due_in_days,
    due_on,
    end_of_today,
    is_all_day,
    is_sensible,
    read_due,
    urgency,
)

BERLIN, KIRITIMATI = "Europe/Berlin", "Pacific/Kiritimati"
AT = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)  # in Berlin half past midnight on the 30th


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_day_ends_in_its_last_second() -> None:
    assert due_on(date(2026, 11, 30), BERLIN) == utc(2026, 11, 30, 22, 59, 59)
    assert due_on(date(2026, 7, 1), BERLIN) == utc(2026, 7, 1, 21, 59, 59), "in summer"
    assert due_on(date(2026, 11, 30), KIRITIMATI) == utc(2026, 11, 30, 9, 59, 59)


def test_days_are_counted_from_today_in_the_zone() -> None:
    assert due_in_days(0, AT, BERLIN) == due_on(date(2026, 11, 30), BERLIN)
    assert due_in_days(0, AT, "UTC") == due_on(date(2026, 11, 29), "UTC")
    assert due_in_days(365, AT, "UTC") == due_on(date(2027, 11, 29), "UTC")
    assert end_of_today(AT, BERLIN) == utc(2026, 11, 30, 23)


def test_all_day_is_told_from_a_time() -> None:
    assert is_all_day(due_on(date(2026, 11, 30), BERLIN), BERLIN)
    assert not is_all_day(due_on(date(2026, 11, 30), BERLIN), "UTC")
    assert not is_all_day(utc(2026, 11, 30, 23, 59), "UTC")


@pytest.mark.parametrize(
    ("due_at", "expected"),
    [
        (utc(2026, 11, 29, 23, 29, 59), Urgency.OVERDUE),
        (AT, Urgency.TODAY),
        (utc(2026, 11, 30, 22, 59, 59), Urgency.TODAY),
        (utc(2026, 11, 30, 23), Urgency.LATER),
    ],
)
def test_urgency(due_at: datetime, expected: Urgency) -> None:
    assert urgency(due_at, AT, BERLIN) is expected


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2026-11-30", "", utc(2026, 11, 30, 22, 59, 59)),
        (" 2026-11-30 ", " 09:30 ", utc(2026, 11, 30, 8, 30)),
        ("2199-12-31", "", utc(2199, 12, 31, 22, 59, 59)),
        ("2200-01-01", "", None),
        ("1999-12-31", "", None),
        ("", "09:30", None),
        ("30.11.2026", "", None),
        ("2026-02-30", "", None),
        ("2026-11-30", "24:01", None),
        ("2026-11-30", "09:30+02:00", None),
        ("2026-11-30\x00", "", None),
    ],
)
def test_typed_dates(day: str, clock: str, expected: datetime | None) -> None:
    assert read_due(day, clock, BERLIN) == expected


def test_a_time_that_clocks_skip_is_still_a_moment() -> None:
    assert read_due("2026-03-29", "02:30", BERLIN) == utc(2026, 3, 29, 1, 30)


def test_sensible_years() -> None:
    assert is_sensible(utc(2000, 1, 1)) and is_sensible(utc(2199, 12, 31))
    assert not is_sensible(utc(1999, 12, 31)) and not is_sensible(utc(2200, 1, 1))

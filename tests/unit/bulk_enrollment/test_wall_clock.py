"""Local times as moments: what clocks skip and what they show twice (B-21)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bulk_enrollment.domain.timing.texts import peculiarity_words, short_time, time_until
from app.platform.text.pace import WEEKDAYS, Drip
from app.platform.text.pace_words import date_and_time, day_and_time, pace_words
from app.platform.text.wall_clock import change_on, resolve


@pytest.mark.parametrize(
    ("zone", "local", "moment", "peculiarity"),
    [
        ("Europe/Berlin", (2026, 3, 29, 2, 30), (2026, 3, 29, 1, 0), "skipped"),
        ("Europe/Berlin", (2026, 3, 29, 3, 0), (2026, 3, 29, 1, 0), ""),
        ("Europe/Berlin", (2026, 10, 25, 2, 30), (2026, 10, 25, 0, 30), "repeated"),
        ("Europe/Berlin", (2026, 10, 25, 3, 0), (2026, 10, 25, 2, 0), ""),
        ("America/New_York", (2026, 3, 8, 2, 15), (2026, 3, 8, 7, 0), "skipped"),
        ("America/New_York", (2026, 11, 1, 1, 30), (2026, 11, 1, 5, 30), "repeated"),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), (2026, 10, 3, 15, 30), "skipped"),
        ("Australia/Lord_Howe", (2026, 4, 5, 1, 45), (2026, 4, 4, 14, 45), "repeated"),
        ("UTC", (2026, 3, 29, 2, 30), (2026, 3, 29, 2, 30), ""),
    ],
)
def test_a_local_time_is_one_moment(zone, local, moment, peculiarity) -> None:
    found = resolve(datetime(*local), zone)
    assert found.moment == datetime(*moment, tzinfo=UTC)
    assert found.peculiarity == peculiarity
    assert bool(peculiarity_words(datetime(*local), found, zone)) == bool(peculiarity)


def test_the_change_of_a_day() -> None:
    berlin = "Europe/Berlin"
    assert change_on(datetime(2026, 3, 29).date(), berlin) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert change_on(datetime(2026, 10, 25).date(), berlin) == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert change_on(datetime(2026, 6, 1).date(), berlin) is None


def test_times_are_said_as_people_say_them() -> None:
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    zone = "America/New_York"
    assert date_and_time(now, zone) == "Tue, Dec 1, 2026, 7:00 AM (America/New_York)"
    assert day_and_time(now + timedelta(hours=2), zone, now) == "today at 9:00 AM"
    assert day_and_time(now + timedelta(hours=26), zone, now) == "tomorrow at 9:00 AM"
    assert day_and_time(now + timedelta(days=13), zone, now) == "on Mon, Dec 14 at 7:00 AM"
    assert day_and_time(now + timedelta(days=60), zone, now) == "on Jan 30, 2027 at 7:00 AM"
    assert short_time(now + timedelta(days=13), zone, now) == "Mon, Dec 14, 7:00 AM"
    assert short_time(now + timedelta(hours=2), zone, now) == "today, 9:00 AM"
    assert time_until(now + timedelta(hours=3), now) == "in 3 hours"
    assert time_until(now + timedelta(days=12), now) == "in 12 days"
    assert time_until(now, now) == "now"


def test_a_pace_is_said_in_one_phrase() -> None:
    assert pace_words(Drip(500, opens=540, closes=1020, weekdays=WEEKDAYS)) == (
        "500 people a day on weekdays from 9:00 AM to 5:00 PM"
    )
    assert pace_words(Drip(1, every=15, unit="minutes")) == "1 person every 15 minutes"
    assert pace_words(Drip(20, unit="hours", weekdays=(5, 6), opens=0, closes=720)) == (
        "20 people an hour on weekends from 12:00 AM to 12:00 PM"
    )
    assert pace_words(Drip(20, weekdays=(0, 2))) == "20 people a day on Mondays and Wednesdays"

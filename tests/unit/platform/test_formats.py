"""Dates and times as pages show them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.platform.text import formats
from app.platform.text.dates import NO_YEAR


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(1990, 4, 3), "Apr 3, 1990", "April 3, 1990"),
        (date(NO_YEAR, 4, 23), "April 23", "April 23"),
    ],
)
def test_dates(day: date, short: str, long: str) -> None:
    assert (formats.short_date(day), formats.long_date(day)) == (short, long)


def test_times_in_the_accounts_zone() -> None:
    moment = datetime(2026, 11, 23, 5, 15, 8, tzinfo=UTC)
    token = formats.zone.set("Europe/Berlin")
    try:
        assert formats.exact(moment) == "Nov 23, 2026, 6:15 AM"
        assert formats.exact_with_zone(moment) == "Nov 23, 2026, 6:15 AM (Europe/Berlin)"
        assert formats.day(moment) == "Nov 23, 2026"
        assert formats.time(moment) == "6:15 AM"
        assert formats.time_with_seconds(moment) == "6:15:08 AM"
    finally:
        formats.zone.reset(token)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-90 * 86_400, "Feb 21, 2027"),
        (-60, "Nov 23, 2026"),
        (-5, "just now"),
        (5, "just now"),
        (60, "1 minute ago"),
        (7_200, "2 hours ago"),
        (10 * 86_400, "Nov 13, 2026"),
    ],
)
def test_a_time_that_is_not_yet_is_a_date(seconds: int, words: str) -> None:
    at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert formats.ago(at - timedelta(seconds=seconds), at) == words

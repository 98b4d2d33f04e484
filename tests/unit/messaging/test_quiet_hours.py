"""Quiet hours are those of the clock on the wall, also on days when clocks change (W-06)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.messaging.domain.sms.quiet_hours import NIGHT, QuietHours, QuietNow, read_quiet_hours

BERLIN, LA, TOKYO = "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-10T20:59:59", None),
        ("2026-03-10T21:00", "2026-03-11T08:00"),
        ("2026-03-10T23:59", "2026-03-11T08:00"),
        ("2026-03-11T00:00", "2026-03-11T08:00"),
        ("2026-03-11T07:59:59", "2026-03-11T08:00"),
        ("2026-03-11T08:00", None),
    ],
)
def test_they_end_in_the_morning(now: str, until: str | None) -> None:
    for zone in (BERLIN, LA, TOKYO, "UTC"):
        assert NIGHT.until(at(now, zone), zone) == (at(until, zone) if until else None)


def test_they_may_be_within_a_day() -> None:
    siesta = QuietHours(13 * 60, 15 * 60)
    assert siesta.until(at("2026-03-10T12:59"), "UTC") is None
    assert siesta.until(at("2026-03-10T14:00"), "UTC") == at("2026-03-10T15:00")
    assert siesta.until(at("2026-03-10T15:00"), "UTC") is None


def test_an_end_that_clocks_skip_is_when_they_do() -> None:
    hours = QuietHours(23 * 60, 2 * 60 + 30)
    assert hours.until(at("2026-03-29T01:30", BERLIN), BERLIN) == at("2026-03-29T03:00", BERLIN)


def test_an_hour_that_clocks_show_twice_is_quiet_twice() -> None:
    hours = QuietHours(23 * 60, 2 * 60 + 30)
    end = at("2026-10-25T02:30", BERLIN, fold=1)
    assert hours.until(at("2026-10-24T23:30", BERLIN), BERLIN) == at("2026-10-25T02:30", BERLIN)
    assert hours.until(at("2026-10-25T02:15", BERLIN, fold=1), BERLIN) == end
    assert hours.until(end, BERLIN) is None


def test_a_day_that_a_time_zone_leaves_out_is_no_obstacle() -> None:
    evening = at("2011-12-29T22:00", "Pacific/Apia")
    assert NIGHT.until(evening, "Pacific/Apia") == at("2011-12-31T08:00", "Pacific/Apia")


@pytest.mark.parametrize("zone", [BERLIN, LA, "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_whoever_is_told_to_wait_may_be_texted_then(zone: str) -> None:
    start = at("2026-03-01T00:07")
    for hours in (NIGHT, QuietHours(0, 150), QuietHours(90, 120), QuietHours(1439, 1)):
        for step in range(0, 24 * 300, 5):
            now = start + timedelta(hours=step, minutes=step % 60)
            until = hours.until(now, zone)
            assert until is None or (until > now and hours.until(until, zone) is None)


def test_a_contact_without_a_known_time_zone_is_where_the_account_is() -> None:
    now = QuietNow(NIGHT, LA, at("2026-03-10T21:00", LA))
    for unknown in (None, "", "Atlantis/Capital"):
        assert now.until(unknown) == at("2026-03-11T08:00", LA)
    assert now.until(TOKYO) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, None),
        ({"quiet_from": "21:00", "quiet_until": "08:00"}, None),
        ({"quiet_hours": "y", "quiet_from": "21:00", "quiet_until": "08:00:00"}, NIGHT),
        ({"quiet_hours": "y", "quiet_from": "00:00", "quiet_until": "6:30"}, QuietHours(0, 390)),
        ({"quiet_hours": "y", "quiet_from": "x"}, {"quiet_from", "quiet_until"}),
        ({"quiet_hours": "y", "quiet_from": "24:00", "quiet_until": "08:00"}, {"quiet_from"}),
        ({"quiet_hours": "y", "quiet_from": "08:00", "quiet_until": "08:00"}, {"quiet_until"}),
    ],
)
def test_what_is_typed(typed: dict[str, str], expected: QuietHours | set[str] | None) -> None:
    found = read_quiet_hours(typed)
    assert (set(found) if isinstance(found, dict) else found) == expected

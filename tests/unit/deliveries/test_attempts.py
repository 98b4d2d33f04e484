"""What answers mean, and when a request is tried again (E-09)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.deliveries.domain.attempts import Result, asked_to_wait, result_of, wait_before_next
from app.deliveries.domain.hosts import (
    HEALTHY,
    LONGEST_REST,
    PATIENCE,
    Health,
    after_request_to_wait,
    after_silence,
    host_of,
)
from app.deliveries.domain.requests import body_of, request_of, signed, with_query

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED), (204, Result.DELIVERED), (301, Result.REFUSED), (400, Result.REFUSED),
        (404, Result.REFUSED), (410, Result.REFUSED), (408, Result.NOT_NOW), (425, Result.NOT_NOW),
        (429, Result.NOT_NOW), (500, Result.NOT_NOW), (503, Result.NOT_NOW),
    ],
)  # fmt: skip
def test_statuses(status: int, result: Result) -> None:
    assert result_of(status) == result


def test_waits_double_up_to_six_hours_and_end_after_ten_attempts() -> None:
    waits = [wait_before_next(number, None) for number in range(1, 12)]
    minutes = [wait.total_seconds() / 60 for wait in waits if wait]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert waits[9:] == [None, None]
    assert wait_before_next(1, timedelta(hours=2)) == timedelta(hours=2)
    assert wait_before_next(9, timedelta(seconds=1)) == timedelta(minutes=256)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), (" 0 ", None), ("-5", None), ("", None), ("soon", None), ("9" * 5000, 86_400),
        ("Sun, 29 Nov 2026 12:05:00 GMT", 300), ("Sun, 29 Nov 2026 11:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("٣", None),
    ],
)  # fmt: skip
def test_servers_ask_to_wait(header: str, seconds: int | None) -> None:
    assert asked_to_wait(header, AT) == (timedelta(seconds=seconds) if seconds else None)


def test_a_server_rests_after_some_silence_for_longer_each_time() -> None:
    health = HEALTHY
    for _ in range(PATIENCE - 1):
        health = after_silence(health, AT)
        assert not health.rests(AT)
    health = after_silence(health, AT)
    assert health.rests(AT) and not health.is_gone(AT)
    assert after_silence(health, AT) == health, "those that were under way count once"
    rests, at = [], AT
    for _ in range(8):
        assert health.rests_until is not None
        rests.append(health.rests_until - at)
        at = health.rests_until
        health = after_silence(health, at)
    assert rests[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert rests[-1] == LONGEST_REST
    assert health.is_gone(AT + timedelta(hours=24))


@pytest.mark.parametrize("attempts", [1, PATIENCE + 5])
def test_time_in_which_nothing_was_tried_does_not_count(attempts: int) -> None:
    """The account was suspended for two days."""
    health, at = HEALTHY, AT
    for _ in range(attempts):
        health = after_silence(health, at)
        at = health.rests_until or at
    tried, later = at - AT, at + timedelta(days=2)
    health = after_silence(health, later)
    assert not health.is_gone(later + timedelta(hours=23))
    assert health.is_gone(later + timedelta(hours=24) - tried)
    known = Health(1, AT, None)  # as it was saved before
    assert not after_silence(known, later).is_gone(later + timedelta(hours=23))


def test_a_server_that_asks_to_wait_rests_but_is_not_gone() -> None:
    health = after_request_to_wait(timedelta(hours=5), AT)
    assert health.rests_until == AT + LONGEST_REST and not health.is_gone(AT + timedelta(days=9))
    silent = after_silence(health, AT + timedelta(days=9))
    assert silent.failing_since == AT + timedelta(days=9), "from its first silence on"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.com/x", "example.com"), ("https://example.com.:8443", "example.com:8443"),
        ("https://[::1]:9/", "::1:9"), ("https://example.com:x/", ""), ("nonsense", ""), ("", ""),
    ],
)  # fmt: skip
def test_servers_are_told_apart_by_host_and_port(url: str, host: str) -> None:
    assert host_of(url) == host


def test_fields_of_a_get_request_are_in_its_query() -> None:
    assert (
        with_query("https://example.com/?a=1#x", {"b c": "ü&="})
        == "https://example.com/?a=1&b+c=%C3%BC%26%3D"
    )
    assert with_query("https://example.com", {}) == "https://example.com"
    body = body_of("k", {}, {}, {"born": AT}, {"a": "1"})
    request = signed(request_of("GET", "https://example.com/x", "k", body), ["s", "t"], 1)
    assert request.body is None and request.url == "https://example.com/x?a=1"
    assert request.headers["Muster-Signature"].count("v1=") == 2 and '"born": "2026-11-29T12' in body

"""People are told from mail filters (E-18)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.messaging.domain.reactions.machines import Fetch, by_machines, is_machine

SENT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


def click(seconds: float, link: str = "https://example.com/", is_trap: bool = False) -> Fetch:
    return Fetch(SENT + timedelta(seconds=seconds), link, is_trap)


@pytest.mark.parametrize(
    ("fetch", "method", "agent", "expected"),
    [
        (click(60), "GET", BROWSER, False),
        (click(3), "GET", BROWSER, False),
        (click(2.9), "GET", BROWSER, True),
        (click(60), "HEAD", BROWSER, True),
        (click(60), "GET", "", True),
        (click(60), "GET", "python-requests/2.32", True),
        (click(60), "GET", "Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        (click(60), "GET", "Mozilla/5.0", True),
        (click(60), "GET", "Barracuda Sentinel (EE)", True),
        (click(60, "", True), "GET", BROWSER, True),
    ],
)
def test_one_request(fetch: Fetch, method: str, agent: str, expected: bool) -> None:
    assert is_machine(SENT, fetch, method, agent) is expected


def test_without_a_time_of_sending() -> None:
    assert not is_machine(None, click(0), "GET", BROWSER)


def test_several_links_at_once() -> None:
    scan = [click(60 + at / 10, f"https://example.com/{at}") for at in range(3)]
    person = click(300, "https://example.com/1")
    assert by_machines([*scan, person]) == set(scan)


def test_one_link_clicked_often_is_impatience() -> None:
    assert by_machines([click(60 + at / 10) for at in range(5)]) == set()


def test_around_a_link_that_nobody_sees() -> None:
    before, trap, after, later = click(100), click(130, "", True), click(189), click(191)
    assert by_machines([before, trap, after, later]) == {before, trap, after}

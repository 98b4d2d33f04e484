"""Shares are compared as statistics textbooks do, and only with enough messages (E-23)."""

from datetime import date, timedelta

import pytest

from app.engine.application.analytics.numbers import MessageNumbers, PathNumbers
from app.engine.domain.periods import Period, preset, problems_of
from app.engine.domain.proportions import Verdict, difference, interval
from app.engine.domain.spans import median, rounded
from app.messaging.application import Result
from app.platform.charts.bars import HEIGHT, WIDTH, stacked_bars, top_of


def test_intervals_are_those_of_the_literature() -> None:
    """Newcombe (1998), example with 56 of 70 and 48 of 80, and Wilson’s intervals of its shares."""
    assert interval(56, 70) == pytest.approx((0.6914, 0.8769), abs=2e-3)
    found = difference(560, 700, 480, 800)
    assert found.low is not None and found.high is not None
    assert (found.low, found.high) == pytest.approx((0.1545, 0.2447), abs=2e-3)
    assert found.verdict == Verdict.HIGHER
    assert difference(480, 800, 560, 700).verdict == Verdict.LOWER
    assert difference(56, 700, 60, 800).verdict == Verdict.NO_DIFFERENCE


def test_it_is_too_early_below_a_hundred() -> None:
    assert difference(99, 99, 0, 1_000).verdict == Verdict.TOO_EARLY
    assert difference(0, 1_000, 99, 99).low is None
    assert difference(100, 100, 0, 100).verdict == Verdict.HIGHER
    assert interval(0, 100)[0] == 0.0


def test_spans_and_medians() -> None:
    spans = {
        59: 0,
        60: 1,
        7_199: 119,
        7_200: 120,
        10_799: 120,
        172_799: 47 * 60,
        172_800: 2_880,
        300_000: 4_320,
    }
    assert {seconds: rounded(timedelta(seconds=seconds)) for seconds in spans} == spans
    assert rounded(timedelta(seconds=-5)) == 0
    assert [median(one) for one in ({}, {5: 1}, {1: 2, 9: 2}, {1: 2, 9: 3}, {1: 1, 2: 1, 3: 1})] == [
        None,
        5,
        1,
        9,
        2,
    ]


def test_periods() -> None:
    today = date(2026, 3, 1)
    month = preset("", today)
    assert (month.first, month.days, month.key) == (date(2026, 1, 31), 30, "30d")
    assert month.before == Period(date(2026, 1, 1), date(2026, 1, 30))
    assert preset("all", today, date(2026, 2, 27)).days == 3 and preset("all", today).before is None
    assert preset("all", today, date(2027, 1, 1)).days == 1
    for days in (1, 45, 46, 200, 201, 3653):
        period = Period(today - timedelta(days=days - 1), today)
        parts = list(period.parts())
        assert sum(part.days for part in parts) == days and parts[0].first == period.first
        assert len(parts) <= 130
    assert Period(date.min, date.min).before is None
    assert problems_of(None, today, today) == {"from": "Enter a date."}
    assert not problems_of(today, today, today)
    for first, last in ((today, today + timedelta(1)), (today, today - timedelta(1)), (date.min, today)):
        assert problems_of(first, last, today)


def test_bars_add_up_to_the_height() -> None:
    assert [top_of(one) for one in (0, 1, 3, 11, 101, 999, 1_001)] == [2, 2, 4, 20, 200, 1_000, 2_000]
    bars = list(stacked_bars([[2, 0], [2, 1]], 4))
    assert [(bar.series, bar.place) for bar in bars] == [(0, 0), (1, 0), (1, 1)]
    assert float(bars[0].height) + float(bars[1].height) == HEIGHT and float(bars[1].y) == 0
    assert all(float(bar.x) + float(bar.width) <= WIDTH for bar in bars)
    assert list(stacked_bars([], 4)) == []


def test_text_messages_are_not_among_those_that_somebody_could_open() -> None:
    numbers = MessageNumbers({"sent": 10, "opened": 2, "clicked": 1, "replied": 5}, texts=6)
    assert [numbers.rate(one) for one in (Result.OPENED, Result.CLICKED, Result.REPLIED)] == [0.5, 0.25, 0.5]
    assert MessageNumbers({"sent": 6}, texts=6).rate(Result.OPENED) is None


def path_of(people: int, messages_each: int, opened: int) -> PathNumbers:
    """A path on which so many people each got so many emails, of which they opened so many."""
    numbers = MessageNumbers({"sent": people * messages_each, "opened": opened})
    return PathNumbers("a", "A", 50, people, numbers, recipients=people, emailed=people)


def test_several_messages_to_one_person_do_not_make_a_rate_surer() -> None:
    once, often = path_of(400, 1, 160), path_of(400, 5, 800)
    assert often.interval(Result.OPENED) == once.interval(Result.OPENED) == interval(160, 400)
    other = path_of(400, 5, 920)
    assert other.than(often, Result.OPENED).verdict == Verdict.NO_DIFFERENCE
    assert difference(920, 2_000, 800, 2_000).verdict == Verdict.HIGHER, "as if the messages were people"
    few = path_of(60, 5, 200)
    assert few.than(often, Result.OPENED).verdict == Verdict.TOO_EARLY
    assert path_of(0, 0, 0).interval(Result.OPENED) is None


def test_texts_tell_nothing_about_opens() -> None:
    numbers = MessageNumbers({"sent": 300, "opened": 20, "replied": 30}, texts=200)
    path = PathNumbers("a", "A", 50, 200, numbers, recipients=200, emailed=100)
    assert path.interval(Result.OPENED) == interval(20, 100)
    assert path.interval(Result.REPLIED) == interval(20, 200)

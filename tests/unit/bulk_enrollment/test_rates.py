"""Rate limits: at most so many people in any window, and exactly as many if there are enough (B-14)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.bulk_enrollment.domain.timing.rates import Enrolled, Rate, free

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def ago(seconds: float, people: int) -> Enrolled:
    return Enrolled(NOW - timedelta(seconds=seconds), people)


def test_the_rest_of_a_window_is_free() -> None:
    rate = Rate(100, 60)
    assert free(rate, [], NOW).people == 100
    found = free(rate, [ago(61, 100), ago(50, 60), ago(10, 40)], NOW)
    assert found.people == 0 and found.wait_until == NOW + timedelta(seconds=10)
    assert free(rate, [ago(60, 100)], NOW).people == 100


def test_a_clock_that_was_set_back_blocks_for_two_windows_at_most() -> None:
    rate = Rate(100, 60)
    assert free(rate, [ago(-30, 100)], NOW).people == 0
    assert free(rate, [ago(-3_600, 100)], NOW).people == 100


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50)), max_size=60))
def test_no_window_has_more_people_than_permitted(steps) -> None:
    rate = Rate(100, 60)
    enrolled: list[Enrolled] = []
    at = NOW
    for seconds, wanted in steps:
        at += timedelta(seconds=seconds)
        left = free(rate, enrolled, at)
        people = min(left.people, wanted)
        if people:
            enrolled.append(Enrolled(at, people))
        else:
            assert left.wait_until > at
            assert free(rate, enrolled, left.wait_until).people > 0
    for one in enrolled:
        inside = [other.people for other in enrolled if one.at <= other.at < one.at + rate.window]
        assert sum(inside) <= rate.people

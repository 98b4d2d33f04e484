"""Counting requests of API tokens in several processes."""

import random
from collections import Counter

import pytest

from app.platform.api.rate_limits import SHARE, RequestCounter

LIMIT = 600


class Shared:
    """A count that processes share, in place of Redis."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[int, int]] = Counter()
        self.additions = 0
        self.responds = True

    def add(self, token_id: int, window: int, requests: int) -> int | None:
        if not self.responds:
            return None
        self.additions += 1
        self.counts[token_id, window] += requests
        return self.counts[token_id, window]


def allowed(processes: list[RequestCounter], requests: int, window: int = 1) -> int:
    """Send requests to processes at random; return how many are within the limit."""
    chance = random.Random(7)
    return sum(chance.choice(processes).count(1, window, LIMIT) <= LIMIT for _ in range(requests))


def test_one_process_is_exact_and_seldom_asks() -> None:
    shared = Shared()
    process = RequestCounter(shared.add)
    assert [process.count(1, 1, LIMIT) for _ in range(LIMIT)] == list(range(1, LIMIT + 1))
    assert process.count(1, 1, LIMIT) > LIMIT
    assert shared.counts[1, 1] == LIMIT
    assert shared.additions < LIMIT / 4


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_share_the_limit(processes: int) -> None:
    shared = Shared()
    found = allowed([RequestCounter(shared.add) for _ in range(processes)], 5 * LIMIT)
    assert LIMIT <= found <= LIMIT + processes * (LIMIT // SHARE + 1)


def test_a_small_limit_is_exact() -> None:
    shared = Shared()
    one, other = RequestCounter(shared.add), RequestCounter(shared.add)
    assert [process.count(1, 1, 3) for process in (one, other, one, other)] == [1, 2, 3, 4]


def test_a_new_window_begins_at_zero() -> None:
    process = RequestCounter(Shared().add)
    assert allowed([process], 2 * LIMIT) == LIMIT
    assert process.count(1, 2, LIMIT) == 1


def test_tokens_are_counted_apart() -> None:
    process = RequestCounter(Shared().add)
    assert (process.count(1, 1, LIMIT), process.count(2, 1, LIMIT)) == (1, 1)


def test_without_an_answer_a_process_counts_alone_and_adds_it_later() -> None:
    shared = Shared()
    process = RequestCounter(shared.add)
    shared.responds = False
    assert allowed([process], LIMIT - 1) == LIMIT - 1
    shared.responds = True
    assert process.count(1, 1, LIMIT) == LIMIT
    assert shared.counts[1, 1] == LIMIT
    assert process.count(1, 1, LIMIT) > LIMIT

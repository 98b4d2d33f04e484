"""Reading ahead in a thread."""

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from app.platform.prefetch import prefetched

_account: ContextVar[int] = ContextVar("_account")


def test_all_items_in_order():
    assert list(prefetched(iter(range(5)))) == [0, 1, 2, 3, 4]
    assert list(prefetched(iter([]))) == []
    assert list(prefetched(iter([None, 0]))) == [None, 0]


def test_the_next_item_is_prepared_while_the_caller_works():
    prepared = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        prepared.set()
        yield "second"

    for _item in prefetched(items()):
        assert prepared.wait(10), "nobody reads ahead"


def test_no_more_than_one_item_ahead():
    taken: list[int] = []
    ahead = prefetched(taken.append(number) or number for number in range(100))  # type: ignore[func-returns-value]
    assert next(ahead) == 0
    ahead.close()
    assert taken in ([0], [0, 1])


def test_errors_and_context_are_the_callers():
    def items() -> Iterator[int]:
        yield _account.get()
        raise ValueError("line 2")

    _account.set(7)
    ahead = prefetched(items())
    assert next(ahead) == 7
    with pytest.raises(ValueError, match="line 2"):
        next(ahead)

"""Reading ahead: the next item is prepared while the caller works with the current one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

Item = TypeVar("Item")

_END: Any = object()


def prefetched(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items of an iterator, which runs one item ahead in a thread.

    The iterator must not use the database: the session belongs to the caller. Its errors are raised here.
    """
    context = copy_context()

    def following() -> Item:
        return context.run(lambda: next(items, _END))

    with ThreadPoolExecutor(max_workers=1) as pool:
        upcoming = pool.submit(following)
        while (item := upcoming.result()) is not _END:
            upcoming = pool.submit(following)
            yield item

"""Deadlocks: PostgreSQL ends one of the transactions, which will probably succeed at once."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from app.platform.logs import log

Result = TypeVar("Result")

TIMES = 5
_ENDED = ("40P01", "40001")  # a deadlock, and one that serializable transactions avoid


def despite_deadlocks(work: Callable[[], Result]) -> Result:
    """Do work that has transactions of its own, again at once if one of them met a deadlock. Raises what the
    last attempt raised."""
    for _ in range(TIMES):
        try:
            return work()
        except DBAPIError as failure:
            if getattr(failure.orig, "sqlstate", None) not in _ENDED:
                raise
            log.info("transaction_deadlocked")
    return work()

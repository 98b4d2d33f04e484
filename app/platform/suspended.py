"""Which accounts are suspended, for the queue. The accounts room says how to find out."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from app.platform.logs import log

ACTIVE_SECONDS = 3.0
MOST_ACTIVE = 10_000


@dataclass
class _Suspension:
    """How to ask for one account, and for several. `active_until` is until when (monotonic) an account is
    taken to be active, because it was."""

    of_one: Callable[[int], bool] | None = None
    among: Callable[[Collection[int]], set[int]] | None = None
    active_until: dict[int, float] = field(default_factory=dict)


_suspension = _Suspension()


def register_suspension(of_one: Callable[[int], bool], among: Callable[[Collection[int]], set[int]]) -> None:
    """Register how to ask whether an account is suspended, and which of several are."""
    _suspension.of_one, _suspension.among = of_one, among


def suspension_changed(account_id: int) -> None:
    """Let this process ask again; others do so within ACTIVE_SECONDS."""
    _suspension.active_until.pop(account_id, None)


def is_suspended(account_id: int) -> bool:
    return _suspension.of_one is not None and _suspension.of_one(account_id)


def suspended_among(account_ids: Collection[int]) -> set[int]:
    return _suspension.among(account_ids) if _suspension.among is not None else set()


def seems_suspended(account_id: int) -> bool:
    """Like `is_suspended`, but don’t look up again whoever was active a moment ago, nor raise if the look
    fails: for those whose mistake does no harm."""
    until = _suspension.active_until
    if time.monotonic() < until.get(account_id, 0.0):
        return False
    try:
        if is_suspended(account_id):
            return True
    except SQLAlchemyError as failure:
        log.warning("suspension_unknown", extra={"account": account_id, "failure": type(failure).__name__})
        return False
    if len(until) >= MOST_ACTIVE:
        until.clear()
    until[account_id] = time.monotonic() + ACTIVE_SECONDS
    return False

"""What rooms above know about services: what needs them, and the state of those that they connect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True)
class Use:
    """An active workflow that needs a service: its public id and name, and how many of its parts need it."""

    public_id: str
    name: str
    parts: int


@dataclass(frozen=True)
class State:
    """A connection that another room has made: what is connected, and since when and by whom."""

    name: str
    since: datetime | None
    user_id: int | None


_USERS: Final[list[Callable[[int], dict[str, list[Use]]]]] = []
_STATES: Final[dict[str, Callable[[int], State | None]]] = {}


def register_users(users: Callable[[int], dict[str, list[Use]]]) -> None:
    """Register a function of the account id that returns {kind: what needs it}."""
    if users not in _USERS:
        _USERS.append(users)


def register_state(kind: str, state: Callable[[int], State | None]) -> None:
    """Register a function of the account id that returns the state of a kind of service; None if it isn't
    connected."""
    _STATES[kind] = state


def uses_of(account_id: int) -> dict[str, Sequence[Use]]:
    """Return {kind: active workflows that need it}."""
    found: dict[str, Sequence[Use]] = {}
    for users in _USERS:
        for kind, uses in users(account_id).items():
            found[kind] = [*found.get(kind, ()), *uses]
    return found


def state_of(account_id: int, kind: str) -> State | None:
    """Return the state of a service that another room connects."""
    known = _STATES.get(kind)
    return known(account_id) if known else None

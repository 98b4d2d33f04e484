"""Leaving a workflow, which a higher room does: it knows where contacts are in workflows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

Place = dict[str, Any]
"""Where a contact is in a workflow, as JSON keeps it. Only the room that registered knows what is in it."""


@dataclass(frozen=True)
class Leaving:
    """What a higher room does for contacts that no longer want the messages of a workflow.

    `places(account_id, contact_id, workflow_id)` are the contact's places in this workflow, or, with None, in
    all. `leave(account_id, contact_id, workflow_id, source, at)` ends them and withdraws their messages.
    `put_back(account_id, contact_id, places, source, left_at, at)` undoes that, and likewise an opt-out that
    ended them at `left_at`; it returns the ids of the places that are open again. `go_on(account_id, ids,
    at)` lets those go on that wait for a message. All but the first are called inside a transaction, which
    has locked the contact.
    """

    places: Callable[[int, int, int | None], Sequence[Place]]
    leave: Callable[[int, int, int, str, datetime], object]
    put_back: Callable[[int, int, Sequence[Place], str, datetime, datetime], Sequence[int]]
    go_on: Callable[[int, Sequence[int], datetime], object]


_registered: Final[list[Leaving]] = []


def register_leaving(leaving: Leaving) -> None:
    """Register what takes contacts out of workflows."""
    _registered[:] = [leaving]


def leaving() -> Leaving:
    return _registered[0]

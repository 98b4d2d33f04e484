"""Opens and clicks (E-18): links that lead through this server, what is recorded, and who hears of it.

A link contains its address, encrypted, so it works as long as the secret key stays the same, whatever became
of the message, and nobody can make one that leads elsewhere. Behind it stands the account to look in first;
links without it, or with another number, find their message, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.messaging.application.time_line import note_reaction
from app.messaging.domain.reactions.machines import Fetch, by_machines, is_machine
from app.messaging.domain.reactions.tracking import TRAP
from app.messaging.domain.states import State
from app.messaging.infrastructure.message_counts import counting
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.reactions.store import Tracked
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.encryption import decrypted, encrypted
from app.platform.errors import NotFound
from app.platform.logs import log
from app.platform.settings import current
from app.platform.tenancy import acting_for

MOST_REACTIONS: Final = 200  # of one message; later ones only lead on
OPENED, CLICKED = "opened", "clicked"
ACCOUNT: Final = "a"
_LINKS, _PICTURES = "links of messages", "pictures of messages"


@dataclass(frozen=True)
class Reacted:
    """Somebody `opened` a message, `clicked` a link in it, or `replied`, for the first time."""

    kind: str
    workflow_id: int
    step_id: str
    contact_id: int
    enrollment_id: int
    at: datetime


_listeners: dict[str, Callable[[int, Reacted], None]] = {}


def register_reactions(name: str, hear: Callable[[int, Reacted], None]) -> None:
    """Register `hear(account_id, reacted)`, which is called in the transaction that records it."""
    _listeners[name] = hear


def click_url(account_id: int, message_id: int, address: str) -> str:
    secret = encrypted(f"{message_id}:{address}", _LINKS)
    return f"{current().public_url}/c/{secret}?{ACCOUNT}={account_id}"


def open_url(account_id: int, message_id: int) -> str:
    secret = encrypted(str(message_id), _PICTURES)
    return f"{current().public_url}/o/{secret}.gif?{ACCOUNT}={account_id}"


def follow(secret: str, account_id: int | None, method: str, agent: str) -> str:
    """Record a click; return the address that the link leads to, empty if it leads nowhere. Raises NotFound
    for a link that this server has not made."""
    text = decrypted(secret, _LINKS)
    if text is None:
        raise NotFound("NOT_FOUND", "This link doesn’t exist.")
    message_id, _, address = text.partition(":")
    is_trap = address == TRAP
    fetch = Fetch(now(), "" if is_trap else address, is_trap)
    _react(int(message_id), account_id, CLICKED, fetch, method, agent)
    return "" if is_trap else address


def open_message(secret: str, account_id: int | None, method: str, agent: str) -> None:
    """Record that a message was opened; nothing happens with a picture that this server has not made."""
    text = decrypted(secret, _PICTURES)
    if text is not None:
        _react(int(text), account_id, OPENED, Fetch(now(), ""), method, agent)


def settle_first(tracked: Tracked, kind: str, at: datetime) -> None:
    """If it is the first time that a person reacts to a message in this way, note it down and tell those who
    wait for it."""
    if not reactions.settle_first(tracked, kind):
        return
    note_reaction(tracked.account_id, tracked.id, kind, at)
    heard = Reacted(kind, tracked.workflow_id, tracked.step_id, tracked.contact_id, tracked.enrollment_id, at)
    for hear in _listeners.values():
        hear(tracked.account_id, heard)


def _react(message_id: int, account_id: int | None, kind: str, fetch: Fetch, method: str, agent: str) -> None:
    """Record a reaction. Whatever goes wrong, whoever has clicked is led on."""
    try:
        tracked = reactions.tracked(message_id, account_id)
        if tracked is None and account_id is not None:
            tracked = reactions.tracked(message_id)
        if tracked is not None:
            with acting_for(tracked.account_id):
                despite_deadlocks(lambda: _record(tracked, kind, fetch, method, agent))
    except Exception:
        log.exception("reaction_not_recorded", extra={"message_id": message_id})


def _record(tracked: Tracked, kind: str, fetch: Fetch, method: str, agent: str) -> None:
    with transaction():
        reactions.hold(tracked)
        if reactions.count(tracked) >= MOST_REACTIONS:
            return
        sent_at = fetch.at if tracked.state == State.SENDING else tracked.settled_at
        reactions.add(tracked, kind, fetch, is_machine(sent_at, fetch, method, agent))
        if kind == CLICKED:
            reactions.mark_machines(tracked, by_machines(reactions.recent_clicks(tracked, fetch.at)))
        with counting(tracked.account_id, [tracked.id]):
            settle_first(tracked, kind, fetch.at)

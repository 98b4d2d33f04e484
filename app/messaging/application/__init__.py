"""Public interface of the messaging room: workflows plan messages with `plan`, in the caller's transaction;
`register_source` tells the room who writes them and who waits for them."""

from app.messaging.application.composing import unsubscribe_url
from app.messaging.application.planning import Origin, plan, withdraw
from app.messaging.application.removal import register_removal
from app.messaging.application.sources import Content, Settled, Source, register_source
from app.messaging.domain.states import State
from app.messaging.infrastructure.store import Claimed

__all__ = [
    "Claimed",
    "Content",
    "Origin",
    "Settled",
    "Source",
    "State",
    "plan",
    "register_removal",
    "register_source",
    "unsubscribe_url",
    "withdraw",
]

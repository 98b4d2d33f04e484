"""Public interface of the messaging room: workflows plan messages with `plan`, in the caller's transaction;
`register_source` tells the room who writes them and who waits for them, `register_leaving` who takes contacts
out of workflows that want no more of them."""

from app.messaging.application.composing import unsubscribe_url
from app.messaging.application.leaving import Leaving, Place, register_leaving
from app.messaging.application.planning import Origin, plan, withdraw
from app.messaging.application.removal import register_removal
from app.messaging.application.sources import Content, Settled, Source, register_source
from app.messaging.application.unsubscribing import (
    Recipient,
    leave_workflow,
    logo_for,
    recipient_of,
    undo,
    unsubscribe,
)
from app.messaging.domain.states import State
from app.messaging.infrastructure.store import Claimed

__all__ = [
    "Claimed",
    "Content",
    "Leaving",
    "Origin",
    "Place",
    "Recipient",
    "Settled",
    "Source",
    "State",
    "leave_workflow",
    "logo_for",
    "plan",
    "recipient_of",
    "register_leaving",
    "register_removal",
    "register_source",
    "undo",
    "unsubscribe",
    "unsubscribe_url",
    "withdraw",
]

"""Triggers: contacts enter active workflows by themselves (E-20, W-11)."""

from app.engine.application.triggers.changes import register_listener
from app.engine.application.triggers.receiving import (
    EVENT_TYPES,
    MOST_AT_ONCE,
    Answer,
    GivenEvent,
    NewContacts,
    receive_events,
)
from app.engine.application.triggers.reporting import register_receiver

__all__ = [
    "EVENT_TYPES",
    "MOST_AT_ONCE",
    "Answer",
    "GivenEvent",
    "NewContacts",
    "receive_events",
    "register_listener",
    "register_receiver",
]

"""Entries of messages in a contact's timeline. Its events hold ids, so that nothing is left of a message that
has been blanked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.accounts.domain import Actor
from app.activity import application as activity
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.application import LinkedText
from app.messaging.domain.states import State
from app.messaging.infrastructure import queries, store
from app.platform.ids import number_of
from app.tasks.application import workflows_named

WORDS: Final = {
    "message_sent": "Message sent",
    "message_failed": "Message not sent",
    "message_uncertain": "Message may have been sent",
    "message_opened": "Opened an email",
    "message_clicked": "Clicked a link in an email",
    "message_replied": "Replied to an email",
    "message_bounced": "Email returned",
    "message_complained": "Marked an email as spam",
    "message_waiting": "The frequency cap delayed a message",
    "message_skipped": "The frequency cap skipped a message",
    "message_quiet": "Quiet hours delayed a text message",
    "message_unwanted": "Topic opt-out: skipped an email",
}
_OF: Final = WORDS.keys() - {"message_sent", "message_failed", "message_uncertain"}
_SMS_WORDS: Final = {
    "message_sent": "Text message sent",
    "message_failed": "Text message not sent",
    "message_uncertain": "Text message may have been sent",
    "message_clicked": "Clicked a link in a text message",
    "message_replied": "Replied to a text message",
    "message_bounced": "Text message not delivered",
    "message_waiting": "The frequency cap delayed a text message",
    "message_skipped": "The frequency cap skipped a text message",
}
_KINDS: Final = {
    State.SENT: "message_sent",
    State.FAILED: "message_failed",
    State.UNCERTAIN: "message_uncertain",
    State.BOUNCED: "message_bounced",
}


def note_down(account_id: int, states: Mapping[int, State], at: datetime) -> None:
    """Write the entries of messages, given {message id: new state}, in the caller's transaction."""
    for state, kind in _KINDS.items():
        ids = sorted(key for key, now in states.items() if now == state)
        if ids:
            activity.record_each(kind, account_id, store.events_of(account_id, ids), at)


def note_reaction(account_id: int, message_id: int, kind: str, at: datetime) -> None:
    """Write the entry that a contact has `opened` a message, `clicked` a link in it, `replied`, or
    `complained`, in the caller's transaction."""
    activity.record_each(f"message_{kind}", account_id, store.events_of(account_id, [message_id]), at)


def note_held(account_id: int, kind: str, ids: Sequence[int], at: datetime) -> None:
    """Write the entries of messages that the frequency cap keeps `waiting` or has `skipped`, that wait for
    the end of `quiet` hours, or that are `unwanted`, because their topic was stopped."""
    if ids:
        activity.record_each(f"message_{kind}", account_id, store.events_of(account_id, ids), at)


def describe_events(actor: Actor, events: Sequence[ContactEvent]) -> Mapping[int, LinkedText]:
    """Return {event id: entry} of these events, which are about messages."""
    ids = {event.id: number_of(event.text or "") or 0 for event in events}
    messages = queries.names_of(actor.account_id, ids.values())
    workflows = workflows_named(actor, (event.workflow_id for event in events))
    found = {}
    for event in events:
        workflow = workflows.get(event.workflow_id or 0)
        by = f" {'of' if event.kind in _OF else 'by'} {workflow.text}" if workflow else ""
        message = messages.get(ids[event.id])
        is_sms = message is not None and message.channel == "sms"
        said = _SMS_WORDS.get(event.kind, WORDS[event.kind]) if is_sms else WORDS[event.kind]
        words = f"{said}{by}" + (f": {message.subject}" if message and message.subject else "")
        page = f"/messages/{ids[event.id]}" if message else None
        found[event.id] = LinkedText(words, page)
    return found

"""Contacts that get no more emails about a topic: they say so themselves, and users let them get emails
again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.lookup import hold_contact
from app.contacts.application.topics.settings import topic_names
from app.contacts.domain.topics import MAX_SOURCE
from app.contacts.infrastructure.consent import topic_store as store
from app.platform.database import transaction


class StoppedTopic(NamedTuple):
    """A topic that a contact has stopped, and where and when it said so."""

    key: str
    name: str
    source: str
    at: datetime


def stopped_topics(account_id: int, contact_id: int) -> list[StoppedTopic]:
    """Return the topics that a contact has stopped, the latest first."""
    names = topic_names(account_id)
    return [
        StoppedTopic(one.topic, names.get(one.topic, one.topic), one.source, one.at)
        for one in store.stops_of(account_id, contact_id)
    ]


def open_topics(account_id: int, contact_id: int) -> Mapping[str, str]:
    """Return {key: name} of the topics that a contact may stop: those in use that it has not stopped yet."""
    stopped = {one.topic for one in store.stops_of(account_id, contact_id)}
    names = topic_names(account_id, with_archived=False)
    return {key: name for key, name in names.items() if key not in stopped}


def stop_topics(
    account_id: int, contact_id: int, keys: Sequence[str], source: str, at: datetime
) -> list[str]:
    """Stop topics for a contact that asked for it, in the caller's transaction, which has locked it; `source`
    says where. Return those that it had not stopped before. Topics that don't exist are left out."""
    names = topic_names(account_id)
    wanted = sorted(set(keys) & names.keys())
    new = store.stop(account_id, contact_id, wanted, source[:MAX_SOURCE], at) if wanted else []
    for key in new:
        activity.record_own_wish(account_id, contact_id, "topic_stopped", _text(names[key], source), at)
    return new


def take_back_stops(
    account_id: int, contact_id: int, keys: Sequence[str], stopped_at: datetime, source: str, at: datetime
) -> bool:
    """Take back at a contact's own wish that it stopped topics at that moment, in the caller's transaction.
    Returns False, and changes nothing, if it has stopped none of them then."""
    names = topic_names(account_id)
    again = store.resume(account_id, contact_id, keys, stopped_at)
    for key in again:
        text = _text(names.get(key, key), source)
        activity.record_own_wish(account_id, contact_id, "topic_resumed", text, at)
    return bool(again)


def resume_topic(actor: Actor, contact_id: int, key: str) -> None:
    """Let a contact who has asked for it get emails about a topic again. Idempotent; raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        contact = hold_contact(actor, contact_id)
        if not store.resume(actor.account_id, contact.id, [key]):
            return
        name = topic_names(actor.account_id).get(key, key)
        activity.record_contact(actor, contact.id, "topic_resumed", text=f"“{name}”")
        activity.record(actor, "contact_topic_resumed", "contact", contact.id, topic=name)


def _text(name: str, source: str) -> str:
    return f"“{name}”: {source}"[:MAX_SOURCE]

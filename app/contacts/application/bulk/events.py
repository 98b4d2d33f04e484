"""Events that other systems report about contacts, such as purchases and appointments.

Stored once for each key, shown in the timeline, and told to listeners (see `happenings`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.bulk.locking import hold_many
from app.contacts.application.filters import criteria_for, facts_of, zone_of
from app.contacts.application.happenings import HeardEvent, Kind
from app.contacts.domain.criteria import FIELDS, Clock, Facts, Unanswerable, matches, rules
from app.contacts.infrastructure import event_store, queries
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid

EVENT = "event_received"
"""The kind of events in timelines; their text says what happened."""

_MOMENT, _NUMBER, _TEXT = "moment", "number", "text"


@dataclass(frozen=True)
class NewEvent:
    """An event to record. `key` is the sender's id of it; `text` says in the timeline what happened."""

    key: str
    type: str
    contact_id: int
    occurred_at: datetime
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


def record_events(account_id: int, events: Sequence[NewEvent], at: datetime) -> set[str]:
    """Record events about contacts that exist; return the keys of those that were new.

    Of events with the same key, the first counts. Those about contacts that have been removed meanwhile are
    left out.
    """
    first = {one.key: one for one in reversed(events)}
    wanted = [one for one in events if first[one.key] is one]
    with transaction():
        ids = sorted({one.contact_id for one in wanted})
        hold_many(account_id, id_list(ids), to_change=True)
        existing = set(queries.existing_of(account_id, ids))
        wanted = [one for one in wanted if one.contact_id in existing]
        added = event_store.add(account_id, [_row(one) for one in wanted], at)
        new = [one for one in wanted if one.key in added]
        texts = [(one.contact_id, one.text[:500]) for one in new]
        activity.record_texts(EVENT, account_id, texts, at)
        _tell(account_id, [(added[one.key], one) for one in new], at)
    return set(added)


def events_meeting(account_id: int, events: Collection[HeardEvent], document: Any, now: datetime) -> set[int]:
    """Return the ids of those events that meet criteria about the contact and the event. Raises Invalid."""
    criteria = criteria_for(account_id, document, of_event=True)
    known = facts_of(account_id, sorted({one.contact_id for one in events}), criteria)
    clock = Clock(now, zone_of(account_id))
    try:
        return {
            one.id
            for one in events
            if one.contact_id in known and matches(criteria, _facts(known[one.contact_id], one.data), clock)
        }
    except Unanswerable as rule:
        raise Invalid("VALIDATION_ERROR", rule.sentence, problems=[rule.sentence]) from None


def is_about_event(document: Any) -> bool:
    """Return whether criteria name a field of an event."""
    return any(isinstance(one.field, str) and one.field.startswith("event.") for one in rules(document))


def known_events(account_id: int, keys: Collection[str]) -> dict[str, int]:
    """Return {key: contact id} of the events that were recorded before."""
    return event_store.known(account_id, keys) if keys else {}


def event_data(account_id: int, event_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return {id: details} of recorded events that still exist."""
    return event_store.data_of(account_id, event_ids) if event_ids else {}


def contacts_by_email(account_id: int, email_keys: Collection[str]) -> dict[str, int]:
    """Return {email key: contact id} of the contacts that exist."""
    return event_store.contacts_by_email(account_id, email_keys) if email_keys else {}


def existing_contacts(account_id: int, contact_ids: Collection[int]) -> set[int]:
    """Return those of the ids that contacts of the account have."""
    return set(queries.existing_of(account_id, sorted(contact_ids))) if contact_ids else set()


def _row(event: NewEvent) -> dict[str, Any]:
    return {
        "key": event.key,
        "type": event.type,
        "contact_id": event.contact_id,
        "occurred_at": event.occurred_at,
        "data": dict(event.data),
    }


def _tell(account_id: int, events: Sequence[tuple[int, NewEvent]], at: datetime) -> None:
    heard = happenings.listening(account_id)
    by_type: dict[str, list[HeardEvent]] = defaultdict(list)
    for event_id, one in sorted(events, key=lambda pair: pair[0]):
        by_type[one.type].append(HeardEvent(event_id, one.contact_id, one.data))
    for kind, those in sorted(by_type.items()):
        heard.tell(Kind.EVENT_RECEIVED, kind, {one.contact_id for one in those}, at, events=those)


def _facts(contact: Facts, data: Mapping[str, Any]) -> Facts:
    values = {
        name: _read(one.kind, data.get(name.removeprefix("event.")))
        for name, one in FIELDS.items()
        if name.startswith("event.") and one.kind in (_MOMENT, _NUMBER, _TEXT)
    }
    return Facts({**contact.values, **values}, contact.custom, contact.custom_fields)


def _read(kind: str, value: Any) -> Any:
    """Return a detail of an event as criteria need it; None if it is no value of that kind."""
    if kind == _NUMBER:
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(value, str) or not value:
        return None
    if kind == _TEXT:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None

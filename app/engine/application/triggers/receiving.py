"""Receiving events that other systems report about contacts (E-20): stored, shown in the timeline, and told
to workflows that wait for them, all in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.application import Kind, NewEvent
from app.contacts.domain import ConsentBasis, pack, read_fields
from app.platform.addresses import AddressProblem, email_key
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list, row_list
from app.platform.ids import new_public_id
from app.workflows.domain import TRIGGERS

MOST_AT_ONCE: Final = 1_000
EVENT_TYPES: Final = tuple(one.type for one in TRIGGERS if one.fits)
"""The types of events that workflows know: those that triggers wait for."""

Status = Literal["recorded", "repeated", "unknown_contact", "invalid"]
_TOLD: Final = ("product", "amount", "calendar", "starts_at", "location", "form", "key")


@dataclass(frozen=True)
class GivenEvent:
    """An event as it was reported, about a contact by id or by email address. The names are for a contact
    that is created."""

    type: str
    id: str = ""
    contact_id: int | None = None
    email: str = ""
    occurred_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class NewContacts:
    """Contacts are created for unknown email addresses, with this legal basis for contacting them."""

    basis: ConsentBasis
    source: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of an event. `message` says why it was not recorded."""

    status: Status
    contact_id: int | None = None
    is_new_contact: bool = False
    message: str = ""


_FIELDS: Final = {"fields": sa.Text()}
_UNKNOWN: Final = Answer("unknown_contact", message="No contact has this address or ID.")


@dataclass(frozen=True)
class _People:
    """The contacts of events: `keys` by email address as written, `known` {email key: contact id}, of which
    `created` are new, and the `existing` ids."""

    keys: Mapping[str, str | AddressProblem]
    known: Mapping[str, int]
    created: Collection[str]
    existing: Collection[int]

    def answer(self, event: GivenEvent) -> Answer:
        """Return the answer to an event that is not a repetition."""
        if event.contact_id is not None:
            return Answer("recorded", event.contact_id) if event.contact_id in self.existing else _UNKNOWN
        key = self.keys[event.email]
        if isinstance(key, AddressProblem):
            return Answer("invalid", message=key.sentence)
        contact_id = self.known.get(key)
        return _UNKNOWN if contact_id is None else Answer("recorded", contact_id, key in self.created)


def receive_events(
    actor: Actor, given: Sequence[GivenEvent], creation: NewContacts | None = None
) -> list[Answer]:
    """Record events; return an answer for each. An event whose id was recorded before is not recorded again.
    Without `creation`, events about unknown contacts are not recorded. Raises NotAllowed."""
    require(actor, Permission.CONTACTS)
    at, account_id = now(), actor.account_id
    with transaction():
        seen = contacts.known_events(account_id, {one.id for one in given if one.id})
        people = _people(actor, [one for one in given if one.id not in seen], creation, at)
        answers: list[tuple[Answer, str]] = []
        events: list[NewEvent] = []
        for one in given:
            answer = Answer("repeated", seen[one.id]) if one.id in seen else people.answer(one)
            key = one.id or new_public_id()
            if answer.status == "recorded" and answer.contact_id is not None:
                occurred_at = one.occurred_at or at
                events.append(NewEvent(key, one.type, answer.contact_id, occurred_at, _text(one), one.data))
                seen |= {one.id: answer.contact_id} if one.id else {}
            answers.append((answer, key))
        new = contacts.record_events(account_id, events, at)
    return [
        Answer("repeated", answer.contact_id) if answer.status == "recorded" and key not in new else answer
        for answer, key in answers
    ]


def _people(actor: Actor, given: Sequence[GivenEvent], creation: NewContacts | None, at: datetime) -> _People:
    """Find the contacts of events, and create those that are asked for."""
    account_id = actor.account_id
    keys = {one.email: email_key(one.email) for one in given if one.contact_id is None}
    valid = {key for key in keys.values() if not isinstance(key, AddressProblem)}
    known = contacts.contacts_by_email(account_id, valid)
    created = valid - known.keys() if creation else set()
    if creation and created:
        known |= _create(actor, [one for one in given if keys.get(one.email) in created], creation, at)
    ids = {one.contact_id for one in given if one.contact_id is not None}
    return _People(keys, known, created, contacts.existing_contacts(account_id, ids))


def _create(actor: Actor, given: Sequence[GivenEvent], creation: NewContacts, at: datetime) -> dict[str, int]:
    """Create contacts for events; return {email key: contact id}. The first event of an address counts."""
    rows: dict[str, str] = {}
    for one in given:
        names = {"first_name": one.first_name, "last_name": one.last_name}
        values = read_fields({"email": one.email, **names}).values
        rows.setdefault(values["email_key"], pack(values))
    contacts.create_many(
        actor.account_id,
        contacts.unpack(row_list(_FIELDS, [(text,) for text in rows.values()])),
        None,
        at,
        consent_basis=creation.basis.value,
        consent_source=creation.source or None,
        created_by=actor.user_id,
    )
    found = contacts.contacts_by_email(actor.account_id, rows.keys())
    ids = id_list(sorted(found.values()))
    activity.record_many(Kind.CONTACT_CREATED, actor.account_id, ids, at, user_id=actor.user_id)
    return found


def _text(event: GivenEvent) -> str:
    """Return what the timeline says, such as “Purchase made: Starter course, 49”."""
    kind = TRIGGERS.get(event.type)
    details = [str(value) for name in _TOLD if (value := event.data.get(name)) not in (None, "")]
    title = kind.title if kind else event.type
    return f"{title}: {', '.join(details)}" if details else title

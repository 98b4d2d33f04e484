"""One contact, with its tags, consents, timeline, and custom fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.accounts.application import require, user_names
from app.accounts.domain import Actor, Permission
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.application.consent.sms import ShownSmsConsent, sms_consent_of
from app.contacts.application.custom_fields.listing import own_field_list
from app.contacts.application.lookup import existing
from app.contacts.application.topics.stops import StoppedTopic, stopped_topics
from app.contacts.domain.own_fields import shown_own
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.selecting import plain_rows
from app.contacts.infrastructure.selecting.plain_rows import StopRow
from app.contacts.infrastructure.tables import Contact, Tag
from app.platform.errors import NotFound

EVENTS_SHOWN = 100


class TaggedContact(NamedTuple):
    """A contact with its tags by name, what its number says about text messages, and the topics that it has
    stopped, the latest first."""

    contact: Contact
    tags: Sequence[Tag]
    sms_consent: ShownSmsConsent | None
    stopped_topics: Sequence[StopRow]


@dataclass(frozen=True)
class Card:
    """One contact with its tags, its latest events (newest first), the names of the users behind them by id,
    custom fields as (label, value), what its number says about text messages, and the topics that it has
    stopped."""

    contact: Contact
    tags: Sequence[Tag]
    events: Sequence[ContactEvent]
    names: dict[int, str]
    custom: Sequence[tuple[str, str]]
    sms_consent: ShownSmsConsent | None
    stopped_topics: Sequence[StoppedTopic]

    @property
    def is_complete(self) -> bool:
        """Whether `events` holds the contact's whole timeline."""
        return len(self.events) < EVENTS_SHOWN


def show_contact(actor: Actor, contact_id: int) -> TaggedContact:
    """Return a contact. Raises NotAllowed and NotFound."""
    require(actor, Permission.REPORTS)
    return tagged(actor.account_id, existing(actor, contact_id).id)


def tagged(account_id: int, contact_id: int) -> TaggedContact:
    """Return a contact that is known to exist, as it is in the current transaction."""
    contact = queries.contact_now(account_id, contact_id)
    if contact is None:
        raise NotFound("NOT_FOUND", "This contact doesn’t exist.")
    tags = queries.tags_of(account_id, [contact_id])[contact_id]
    stopped = plain_rows.topic_stops_of(account_id, [contact_id])[contact_id]
    return TaggedContact(contact, tags, sms_consent_of(account_id, contact.phone_key), stopped)


def contact_card(actor: Actor, contact_id: int) -> Card:
    """Return everything shown on a contact's page. Raises NotFound."""
    require(actor, Permission.REPORTS)
    contact = existing(actor, contact_id)
    events = queries.events_of(actor.account_id, contact.id, EVENTS_SHOWN)
    known = {field.key: field for field in own_field_list(actor.account_id)}
    values = contact.custom or {}
    return Card(
        contact=contact,
        tags=queries.tags_of(actor.account_id, [contact.id])[contact.id],
        events=events,
        names=user_names({*(event.user_id for event in events), contact.created_by}),
        custom=[
            (known[key].label, shown_own(known[key], str(value)))
            for key, value in sorted(values.items(), key=lambda item: str(item[0]))
            if key in known
        ],
        sms_consent=sms_consent_of(actor.account_id, contact.phone_key),
        stopped_topics=stopped_topics(actor.account_id, contact.id),
    )

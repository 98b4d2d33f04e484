"""Whom definitions are tried out with: a contact of the account, or a sample contact."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.accounts.domain.regions import is_zone
from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.domain.criteria import Facts
from app.engine.application.membership import IN_WORKFLOW, WAS_IN_WORKFLOW
from app.engine.application.trial.walker import Subject, Walker
from app.engine.infrastructure import queries
from app.messaging import application as messaging
from app.workflows.domain import brought_by, sample_context
from app.workflows.domain.definition.custom_fields import custom_fields_in
from app.workflows.domain.drawing.sample_message import sample_values

_SAMPLE_COUNTRY: Final = "GB"  # of the sample values of merge tags
_AHEAD: Final = timedelta(days=14)
_SAME: Final = (
    *("first_name", "last_name", "full_name", "email", "company", "city"),
    *("birthday", "time_zone", "status"),
)
"""Fields that criteria and merge tags know by the same values."""
_SETS: Final = ("contact.tags", IN_WORKFLOW.name, WAS_IN_WORKFLOW.name)
_MOMENTS: Final = ("contact.created_at", "contact.updated_at", "contact.last_activity_at")


def contact_for(actor: Actor, who: str) -> int | None:
    """Return the id of the contact with a name, an email address or id, by default of the newest contact;
    None if the account has none. Raises Invalid, see `contact_meant`."""
    who = who.strip()
    return contacts.contact_meant(actor, who) if who else queries.newest_contact(actor.account_id)


def walker_for(actor: Actor, subject: Subject, contact_id: int, at: datetime) -> Walker:
    """Return a contact at the beginning of a definition."""
    account_id = actor.account_id
    [person] = contacts.merge_values(account_id, [contact_id]).values()
    zone = person["time_zone"]
    facts = contacts.facts_of(account_id, [contact_id])[contact_id]
    return Walker(
        account_id=account_id,
        subject=subject,
        contact_id=contact_id,
        person=person,
        facts=replace(facts, custom_fields={*facts.custom_fields, *subject.new_fields}),
        shared=_shared(account_id, subject),
        account_zone=actor.time_zone,
        zone=zone if zone and is_zone(zone) else None,
        at=at,
        stopped_topics={one.key: one.name for one in topics.stopped_topics(account_id, contact_id)},
    )


def sample_walker(actor: Actor, subject: Subject, at: datetime) -> Walker:
    """Return a sample contact, who lives in the account's time zone, at the beginning of a definition."""
    keys = custom_fields_in(subject.definition)
    person = sample_values(subject.definition, keys)["contact"]
    custom = {key: _as_stored(value, at) for key, value in person["custom"].items()}
    person |= {"time_zone": actor.time_zone, "custom": custom}
    return Walker(
        account_id=actor.account_id,
        subject=subject,
        contact_id=0,
        person=person,
        facts=Facts(_sample_facts(person, at), custom, keys),
        shared=_shared(actor.account_id, subject),
        account_zone=actor.time_zone,
        zone=actor.time_zone,
        at=at,
        stopped_topics={},
    )


def _sample_facts(person: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return what criteria know of a sample contact, who was just added."""
    return {
        **{f"contact.{name}": person[name] for name in _SAME},
        **dict.fromkeys(_SETS, frozenset()),
        **dict.fromkeys(_MOMENTS, at),
        "contact.country": _SAMPLE_COUNTRY,
        "contact.phone": person["phone"].replace(" ", ""),
        "contact.email_domain": person["email"].partition("@")[2],
        "contact.sms_consent": SmsConsentStatus.UNKNOWN.value,
    }


def _as_stored(value: Any, at: datetime) -> str:
    """Return a sample value of a custom field as contacts have them; for a date, one to wait for."""
    return (at + _AHEAD).date().isoformat() if isinstance(value, date) else str(value)


def _shared(account_id: int, subject: Subject) -> Mapping[str, Any]:
    """Return merge values, with samples for the event that enrolls contacts, if one does."""
    event = sample_context()["event"] if brought_by(subject.definition) else {}
    return {
        **accounts.account_values(account_id),
        "sender": {"name": messaging.sender_name(account_id)},
        "event": event,
        "unsubscribe_link": "#",
    }

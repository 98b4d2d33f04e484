"""Loading the facts that criteria use, for a few contacts at a time."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.domain.criteria import Facts
from app.contacts.domain.names import full_name
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.consent.sms_store import consents_of
from app.contacts.infrastructure.tables import Contact, CustomField
from app.platform.database import session

_TEXTS = ("first_name", "last_name", "company", "city", "country", "time_zone", "status")


def custom_keys(account_id: int) -> frozenset[str]:
    """Return the keys of the account's custom fields, without those that are being merged or deleted."""
    query = sa.select(CustomField.key).where(
        CustomField.account_id == account_id, CustomField.task.notin_(("merge", "delete"))
    )
    return frozenset(session().scalars(query))


def facts_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, Facts]:
    """Return {contact id: facts} for contacts of the account, without fields registered by other rooms."""
    of_account = sa.select(Contact).where(Contact.account_id == account_id, Contact.id.in_(contact_ids))
    contacts = session().scalars(of_account).all()
    tags = queries.tags_of(account_id, contact_ids)
    keys = custom_keys(account_id)
    said = consents_of(account_id, {contact.phone_key for contact in contacts if contact.phone_key})
    newest = (
        sa.select(ContactEvent.contact_id, sa.func.max(ContactEvent.at))
        .where(ContactEvent.account_id == account_id, ContactEvent.contact_id.in_(contact_ids))
        .group_by(ContactEvent.contact_id)
    )
    last_activity = {row[0]: row[1] for row in session().execute(newest)}
    found = {}
    for contact in contacts:
        values = {f"contact.{name}": getattr(contact, name) or "" for name in _TEXTS}
        values |= {
            "contact.full_name": full_name(contact.first_name, contact.last_name),
            "contact.email": contact.email_key or "",
            "contact.phone": contact.phone_key or "",
            "contact.email_domain": (contact.email_key or "").partition("@")[2],
            "contact.birthday": contact.birthday,
            "contact.sms_consent": SmsConsentStatus.of(said.get(contact.phone_key or "")).value,
            "contact.tags": frozenset(tag.name_key for tag in tags[contact.id]),
            "contact.created_at": contact.created_at,
            "contact.updated_at": contact.updated_at,
            "contact.search": contact,
            "contact.last_activity_at": last_activity.get(contact.id, contact.created_at),
        }
        found[contact.id] = Facts(values, contact.custom or {}, keys)
    return found

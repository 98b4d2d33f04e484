"""Loading the facts that criteria use, for a few contacts at a time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.domain.criteria import Facts
from app.contacts.domain.names import full_name
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.consent.sms_store import consents_of
from app.contacts.infrastructure.tables import Contact, CustomField
from app.platform.database import session
from app.platform.database.many_rows import constants, id_param
from app.platform.database.short_reads import read_built

_TEXTS = ("first_name", "last_name", "company", "city", "country", "time_zone", "status")


def custom_keys(account_id: int) -> frozenset[str]:
    """Return the keys of the account's custom fields, without those that are being merged or deleted."""
    return frozenset(row[0] for row in read_built(_custom_keys(), {"of_account": account_id}))


@lru_cache
def _custom_keys() -> sa.Select[Any]:
    one = CustomField.__table__.c
    return sa.select(one.key).where(
        one.account_id == id_param("of_account"), one.task.notin_(constants(("merge", "delete")))
    )


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

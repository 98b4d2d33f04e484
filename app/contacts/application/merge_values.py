"""Values of contacts for texts with merge tags."""

from collections.abc import Sequence
from typing import Any

from app.contacts.domain.criteria import country_words
from app.contacts.domain.names import full_name
from app.contacts.infrastructure import queries

_PLAIN = (
    *("first_name", "last_name", "email", "phone", "company", "city", "birthday", "time_zone"),
    *("status", "created_at"),
)


def merge_values(account_id: int, contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return {contact id: {name of a merge tag without “contact.”: value}} of the contacts that exist; values
    that a contact does not have are None, and those of custom fields are under `custom`."""
    found = {}
    for contact in queries.contacts_with(account_id, contact_ids):
        values: dict[str, Any] = {name: getattr(contact, name) for name in _PLAIN}
        values["full_name"] = full_name(contact.first_name, contact.last_name) or None
        values["country"] = country_words(contact.country) if contact.country else None
        values["custom"] = contact.custom or {}
        found[contact.id] = values
    return found

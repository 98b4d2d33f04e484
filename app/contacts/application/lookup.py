"""Loading the contact that a use case is about, and the names of several."""

from collections.abc import Sequence
from datetime import date, datetime

from app.accounts.domain import Actor
from app.contacts.application.bulk.events import contacts_by_email, existing_contacts
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.selecting import selections
from app.contacts.infrastructure.tables import Contact
from app.platform.addresses import AddressProblem, email_key
from app.platform.errors import Invalid, NotFound
from app.platform.ids import HIGHEST_ID, number_of


def existing(actor: Actor, contact_id: int, lock: LockFor | None = None) -> Contact:
    """Return a contact of the actor's account. Raises NotFound, also for contacts of other accounts.

    Whatever writes about the contact, such as a tag or an event, must `lock` it, or the contact could be
    removed in the same moment.
    """
    contact = queries.contact(actor.account_id, contact_id, lock) if 0 < contact_id <= HIGHEST_ID else None
    if contact is None:
        raise NotFound(
            "NOT_FOUND",
            "This contact doesn’t exist.",
            next_url="/contacts",
            next_label="Go to Contacts",
        )
    return contact


def hold_contact(actor: Actor, contact_id: int) -> Contact:
    """Return a contact, kept from being removed until the transaction ends. Raises NotFound."""
    return existing(actor, contact_id, LockFor.WRITING_ABOUT)


def contact_names(account_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    """Return {contact id: name, or address of one without a name} of the contacts that exist."""
    found = queries.names_of_contacts(account_id, [str(number) for number in contact_ids])
    return {int(number): name for number, name in found.items()}


def contact_named(account_id: int, who: str) -> int:
    """Return the id of the contact with an email address or id. Raises Invalid with `fields`."""
    number, key = number_of(who), email_key(who)
    if number is not None and existing_contacts(account_id, [number]):
        return number
    found = {} if isinstance(key, AddressProblem) else contacts_by_email(account_id, [key])
    if not found:
        sentence = "No contact has this email address or ID."
        raise Invalid.in_fields({"contact": sentence})
    return next(iter(found.values()))


NAMING_FIELDS = ("first_name", "last_name", "email", "phone")


def fields_of(account_id: int, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return {contact id: values of NAMING_FIELDS} of the contacts that exist; ids that are no numbers are
    ignored."""
    numbers = [number for one in ids if (number := number_of(one)) is not None]
    return {
        str(contact.id): tuple(getattr(contact, name) or "" for name in NAMING_FIELDS)
        for contact in selections.contacts(account_id, numbers)
    }


def dates_and_zones(
    account_id: int, contact_ids: Sequence[int], field: str
) -> dict[int, tuple[date | datetime | None, str | None]]:
    """Return {contact id: (date or moment in a field such as `contact.birthday`, time zone)} of the contacts
    that exist. The date is None if there is none, and for an empty `field`."""
    return queries.dates_and_zones(account_id, contact_ids, field)

"""People who sign up themselves. Without a confirmation, nobody knows whether the address is theirs, so what
they enter creates a contact or fills gaps, and neither changes what is known nor takes back that the owner of
the address has said no."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.bulk.contacts import Mode, create_many, unpack, update_many
from app.contacts.application.bulk.locking import hold_many
from app.contacts.application.happenings import Kind
from app.contacts.domain import ConsentBasis, Status, pack
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.contacts.infrastructure import event_store, queries, store
from app.platform.database import transaction
from app.platform.database.many_rows import id_list, row_list
from app.platform.errors import Unavailable

_FIELDS: Final = {"fields": sa.Text()}
_ADDRESS: Final = ("email", "email_key")
_PHONE: Final = ("phone", "phone_key")


@dataclass(frozen=True)
class SignUp:
    """What a person has entered: `values` are those of `read_fields`, with an email address, `source` says
    where the person has agreed. `is_confirmed`: by email, so the address is the person's."""

    values: Mapping[str, Any]
    source: str
    is_confirmed: bool

    @property
    def basis(self) -> ConsentBasis:
        return ConsentBasis.DOUBLE_OPT_IN if self.is_confirmed else ConsentBasis.OPT_IN

    @property
    def changes(self) -> dict[str, Any]:
        """The values that a contact gets that exists."""
        return {name: value for name, value in self.values.items() if name not in (*_ADDRESS, *_PHONE)}

    @property
    def number(self) -> dict[str, Any]:
        """The phone number that a contact gets that exists and has none, but not from unknown people."""
        return {name: self.values[name] for name in _PHONE if self.is_confirmed and name in self.values}


def sign_up(account_id: int, given: SignUp, at: datetime) -> int:
    """Create or update the contact with this address, in the caller's transaction; return its id.

    With a confirmation, the values replace others, except a phone number, which the owner of the address may
    not have entered; the consent is recorded, and an unsubscribed contact is active again. Contacts that are
    blocked, or whose emails are returned, stay so.
    """
    source = given.source[:MAX_CONSENT_SOURCE]
    with transaction():
        created = create_many(
            account_id,
            unpack(row_list(_FIELDS, [(pack(given.values),)])),
            None,
            at,
            consent_basis=given.basis.value,
            consent_source=source,
        )
        key = given.values["email_key"]
        contact_id = event_store.contacts_by_email(account_id, [key]).get(key)
        if contact_id is None:  # it was deleted a moment ago
            raise Unavailable("BUSY", "Please try again.")
        if created:
            activity.record_own_wish(account_id, contact_id, "contact_created", source, at)
            return contact_id
        hold_many(account_id, id_list([contact_id]), to_change=True)
        _update(account_id, contact_id, given.changes, "overwrite" if given.is_confirmed else "fill", at)
        _update(account_id, contact_id, given.number, "fill", at)
        if given.is_confirmed:
            _agree(account_id, contact_id, source, at)
    return contact_id


def _update(account_id: int, contact_id: int, values: Mapping[str, Any], rule: Mode, at: datetime) -> None:
    if not values:
        return
    row: sa.Select[Any] = sa.select().add_columns(
        sa.literal(contact_id, sa.BigInteger()).label("contact_id"),
        sa.literal(pack(values), sa.Text()).label("fields"),
    )
    update_many(account_id, unpack(row), rule, at)


def _agree(account_id: int, contact_id: int, source: str, at: datetime) -> None:
    """Record the consent of a contact that has confirmed its address."""
    contact = queries.contact(account_id, contact_id)
    if contact is None or contact.status not in (Status.ACTIVE, Status.UNSUBSCRIBED):
        return
    consent = {"consent_basis": ConsentBasis.DOUBLE_OPT_IN.value, "consent_source": source, "consent_at": at}
    if store.set_status(account_id, contact_id, Status.UNSUBSCRIBED, Status.ACTIVE, at):
        activity.record_own_wish(account_id, contact_id, "reactivated", source, at)
        told = happenings.listening(account_id)
        told.tell(Kind.STATUS_CHANGED, Status.ACTIVE, [contact_id], at)
    store.change_contact(account_id, contact_id, consent)

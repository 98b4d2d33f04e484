"""Consent of phone numbers to text messages: who has not said yes has not agreed, whatever else is known.

`note_sms_wish` is for people who say so themselves, in a text message; `set_sms_consent` for what users know;
`note_sms_rows` for what files say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.bulk.locking import hold_many
from app.contacts.application.lookup import hold_contact
from app.contacts.domain import clean
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.contacts.infrastructure.consent import sms_store as store
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid

OPTED_IN, OPTED_OUT = "sms_opted_in", "sms_opted_out"


@dataclass(frozen=True)
class ShownSmsConsent:
    """What a number says about text messages, and where and when it has said so."""

    is_given: bool
    source: str
    at: datetime


def sms_consent_of(account_id: int, phone_key: str | None) -> ShownSmsConsent | None:
    """Return what a number says about text messages; None if it has said nothing."""
    found = store.consent_of(account_id, phone_key) if phone_key else None
    return ShownSmsConsent(found.is_given, found.source, found.at) if found else None


def note_sms_wish(account_id: int, phone_key: str, is_given: bool, source: str, at: datetime) -> bool:
    """Keep what the owner of a number has said, also if no contact has it; `source` says where. Returns False
    if nothing changes."""
    with transaction():
        theirs = store.contacts_with_phone(account_id, phone_key)
        hold_many(account_id, theirs)
        if not store.save(account_id, phone_key, is_given, source, at):
            return False
        kind = OPTED_IN if is_given else OPTED_OUT
        activity.record_many(kind, account_id, theirs, at, text=source)
    return True


def set_sms_consent(actor: Actor, contact_id: int, is_given: bool, source: str) -> None:
    """Keep what a user knows about the consent of a contact’s number; `source` is how it was given, which is
    needed only for a yes. Raises NotFound, and Invalid with `fields`, also without a number."""
    require(actor, Permission.CONTACTS)
    source = clean(source)
    if is_given and (not source or len(source) > MAX_CONSENT_SOURCE):
        sentence = f"Enter how they agreed to text messages, in up to {MAX_CONSENT_SOURCE} characters."
        raise Invalid.in_fields({"sms_source": sentence})
    at = now()
    with transaction():
        contact = hold_contact(actor, contact_id)
        if not contact.phone_key:
            sentence = "This contact has no phone number that can get text messages."
            raise Invalid.in_fields({"phone": sentence})
        if store.save(actor.account_id, contact.phone_key, is_given, source[:MAX_CONSENT_SOURCE], at):
            kind = OPTED_IN if is_given else OPTED_OUT
            theirs = store.contacts_with_phone(actor.account_id, contact.phone_key)
            activity.record_many(kind, actor.account_id, theirs, at, user_id=actor.user_id, text=source)
            activity.record(
                actor,
                "contact_sms_opted_in" if is_given else "contact_sms_opted_out",
                "contact",
                contact.id,
            )


def note_sms_rows(
    account_id: int,
    rows: Sequence[tuple[int | None, bool, str | None]],
    source: str,
    at: datetime,
    job_id: int | None,
) -> None:
    """Keep what rows of a file say about text messages: (contact id, whether the number agrees, the number or
    None for that of the contact). `source` names the file. A no always counts, also in a row without a
    contact; a yes only for a number that the contact has and that has said nothing: no file takes back what
    somebody has said."""
    with transaction():
        named = sorted({contact_id for contact_id, _, _ in rows if contact_id is not None})
        own = store.phone_keys_of(account_id, named)
        wanted: dict[str, bool] = {}
        for contact_id, agrees, given in rows:
            of_contact = own.get(contact_id) if contact_id is not None else None
            number = given or of_contact
            if number and (not agrees or number == of_contact):
                wanted[number] = agrees and wanted.get(number, True)
        theirs = store.numbers_of_contacts(account_id, wanted)
        hold_many(account_id, id_list(sorted(theirs)))  # before consents are locked, as everywhere
        changed = set(store.save_many(account_id, wanted, source[:MAX_CONSENT_SOURCE], at))
        for kind, is_given in ((OPTED_IN, True), (OPTED_OUT, False)):
            numbers = {number for number in changed if wanted[number] is is_given}
            ids = id_list(sorted(one for one, number in theirs.items() if number in numbers))
            activity.record_many(kind, account_id, ids, at, job_id=job_id, text=source)

"""Use cases on one contact: add, change, unsubscribe, and resubscribe.

`opt_out` and `take_back_opt_out` are for contacts that decide themselves, through a link in a message. Nobody
is signed in then; the caller has made sure that it is the contact.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.consent.sms import set_sms_consent
from app.contacts.application.custom_fields.listing import own_field_list
from app.contacts.application.happenings import ANY, Kind
from app.contacts.application.lookup import existing
from app.contacts.application.tags import ensure_tags
from app.contacts.domain import FIELDS, STAGED, ConsentBasis, Status, clean, may_become, read_fields
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.contacts.infrastructure import queries, store
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, Invalid


def add_contact(
    actor: Actor,
    given: Mapping[str, str],
    *,
    consent_basis: ConsentBasis,
    consent_source: str = "",
    custom: Mapping[str, str] | None = None,
    tags: Sequence[str] = (),
    agrees_to_sms: bool | None = None,
    sms_source: str = "",
) -> int:
    """Add a contact and return its id. `given` holds texts by field key, `custom` by custom field key.
    `agrees_to_sms` is what is known of the consent of its phone number, None for nothing; a yes needs an
    `sms_source`.

    Raises Invalid with `fields`, or Conflict with `contact_id` when the email address is taken.
    """
    require(actor, Permission.CONTACTS)
    values = _checked(actor, given, custom)
    _need_address(values.get("email_key"), values.get("phone_key"))
    at = now()
    with transaction():
        contact_id = store.add_contact(
            {
                **_stored(values),
                "account_id": actor.account_id,
                "created_by": actor.user_id,
                "consent_basis": consent_basis.value,
                "consent_source": clean(consent_source)[:MAX_CONSENT_SOURCE] or None,
                "consent_at": at,
            }
        )
        if contact_id is None:
            raise _taken(actor, values)
        tag_ids = ensure_tags(actor.account_id, tags, actor.user_id)
        for tag_id in tag_ids:
            store.add_tag(actor.account_id, contact_id, tag_id, at)
        _tell_created(actor.account_id, contact_id, tag_ids, at)
        activity.record_contact(actor, contact_id, "contact_created")
        activity.record(actor, "contact_created", "contact", contact_id)
        if agrees_to_sms is not None:
            set_sms_consent(actor, contact_id, agrees_to_sms, sms_source)
    return contact_id


def _tell_created(account_id: int, contact_id: int, tag_ids: Sequence[int], at: datetime) -> None:
    heard = happenings.listening(account_id)
    heard.tell(Kind.CONTACT_CREATED, "", [contact_id], at)
    if tag_ids and heard.asks_about(Kind.TAG_ADDED):
        for key in queries.tag_keys(account_id, tag_ids).values():
            heard.tell(Kind.TAG_ADDED, key, [contact_id], at)


def change_contact(
    actor: Actor, contact_id: int, given: Mapping[str, str], custom: Mapping[str, str] | None = None
) -> None:
    """Update the fields in `given` and `custom`; a blank text clears its field. Raises like `add_contact`,
    and NotFound."""
    require(actor, Permission.CONTACTS)
    values = _checked(actor, given, custom)
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        new = _stored({name: values.get(name) for name in _columns_of(given)})
        own = _changed_custom(contact, custom or {}, values)
        if own or contact.custom:
            new["custom"] = own
        _need_address(*(new.get(name, getattr(contact, name)) for name in ("email_key", "phone_key")))
        changed = sorted(name for name, value in new.items() if getattr(contact, name) != value)
        if not changed:
            return
        if values.get("email_key") and _other_has(actor, contact, values["email_key"]):
            raise _taken(actor, values)
        at, criteria_fields = now(), _changed_fields(contact, new, changed)
        try:
            with session().begin_nested():  # a conflict rolls back to here, not the whole transaction
                store.change_contact(actor.account_id, contact.id, {**new, "updated_at": at})
        except IntegrityError:
            raise _taken(actor, values) from None
        fields = [name for name in changed if not name.endswith("_key")]
        activity.record_contact(actor, contact.id, "contact_changed", ", ".join(_labels(fields)))
        activity.record(actor, "contact_changed", "contact", contact.id, fields=fields)
        heard = happenings.listening(actor.account_id)
        for name in (*criteria_fields, ANY):
            heard.tell(Kind.FIELD_CHANGED, name, [contact.id], at)


def unsubscribe(actor: Actor, contact_id: int) -> None:
    """Unsubscribe a contact. Does nothing if it is already unsubscribed or blocked. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        at = now()
        if not may_become(Status(contact.status), Status.UNSUBSCRIBED):
            _say_again(contact, at)
            return
        if store.set_status(actor.account_id, contact.id, contact.status, Status.UNSUBSCRIBED, at):
            activity.record_contact(actor, contact.id, "unsubscribed")
            activity.record(actor, "contact_unsubscribed", "contact", contact.id)
            _tell_status(actor.account_id, contact.id, Status.UNSUBSCRIBED, at)


def reactivate(actor: Actor, contact_id: int, reason: str) -> None:
    """Resubscribe an unsubscribed contact; `reason` is stored as the source of consent.

    Raises Invalid for a missing or overlong reason, NotFound, and Conflict for any other status.
    """
    require(actor, Permission.CONTACTS)
    reason = clean(reason)
    if not reason or len(reason) > MAX_CONSENT_SOURCE:
        sentence = f"Enter how they asked to be contacted again, in up to {MAX_CONSENT_SOURCE} characters."
        raise Invalid.in_fields({"reason": sentence})
    at = now()
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        if not store.set_status(actor.account_id, contact.id, Status.UNSUBSCRIBED, Status.ACTIVE, at):
            raise Conflict("CONFLICT", "Only an unsubscribed contact can be resubscribed.")
        consent = {"consent_source": reason, "consent_at": at}
        store.change_contact(actor.account_id, contact.id, consent)
        activity.record_contact(actor, contact.id, "reactivated", reason)
        activity.record(actor, "contact_reactivated", "contact", contact.id, reason=reason)
        _tell_status(actor.account_id, contact.id, Status.ACTIVE, at)


def status_of(account_id: int, contact_id: int) -> Status | None:
    """Return the status of a contact; None if it no longer exists."""
    contact = queries.contact(account_id, contact_id)
    return None if contact is None else Status(contact.status)


def opt_out(account_id: int, contact_id: int, source: str, at: datetime) -> Status | None:
    """Unsubscribe a contact that asked for it; `source` says where. Returns the status that it had before;
    None if nothing has changed, because it is unsubscribed or blocked, or no longer exists."""
    with transaction():
        contact = queries.contact(account_id, contact_id, LockFor.CHANGE)
        if contact is None or not may_become(before := Status(contact.status), Status.UNSUBSCRIBED):
            _say_again(contact, at)
            return None
        store.set_status(account_id, contact_id, before, Status.UNSUBSCRIBED, at)
        activity.record_own_wish(account_id, contact_id, "unsubscribed", source, at)
        _tell_status(account_id, contact_id, Status.UNSUBSCRIBED, at)
    return before


def take_back_opt_out(
    account_id: int, contact_id: int, before: Status, opted_out_at: datetime, source: str, at: datetime
) -> bool:
    """Give a contact the status back that it had before it opted out at that moment, at its own wish. Returns
    False, and changes nothing, if its status has changed since then."""
    with transaction():
        contact = queries.contact(account_id, contact_id, LockFor.CHANGE)
        if contact is None or contact.status_at != opted_out_at:
            return False
        if not store.set_status(account_id, contact_id, Status.UNSUBSCRIBED, before, at):
            return False
        activity.record_own_wish(account_id, contact_id, "reactivated", source, at)
        _tell_status(account_id, contact_id, before, at)
    return True


def _say_again(contact: Contact | None, at: datetime) -> None:
    """Keep when an unsubscribed contact last said no: an earlier one cannot be taken back then."""
    if contact is not None and contact.status == Status.UNSUBSCRIBED:
        store.change_contact(contact.account_id, contact.id, {"status_at": at})


def _tell_status(account_id: int, contact_id: int, status: Status, at: datetime) -> None:
    happenings.listening(account_id).tell(Kind.STATUS_CHANGED, status, [contact_id], at)


def _checked(actor: Actor, given: Mapping[str, str], custom: Mapping[str, str] | None) -> dict[str, Any]:
    own = {field.key: field for field in own_field_list(actor.account_id)} if custom else None
    values, problems = read_fields(given, actor.country, custom, own=own)
    _refuse(problems)
    return values


def _need_address(email_key: str | None, phone_key: str | None) -> None:
    if not (email_key or phone_key):
        _refuse({"email": "Enter an email address or phone number."})


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise Invalid.in_fields(problems)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the table stores them: the birthday as a date."""
    stored = dict(values)
    if stored.get("birthday"):
        stored["birthday"] = date.fromisoformat(stored["birthday"])
    return stored


def _columns_of(given: Mapping[str, str]) -> list[str]:
    return [name for name in STAGED if name.removesuffix("_key") in given]


def _changed_custom(contact: Contact, custom: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in (contact.custom or {}).items() if key not in custom}
    kept.update(values.get("custom", {}))
    return kept


def _changed_fields(contact: Contact, new: Mapping[str, Any], changed: Sequence[str]) -> list[str]:
    """Return the names in criteria of the fields that get another value, given the `changed` columns."""
    found = [f"contact.{name}" for name in changed if name != "custom" and not name.endswith("_key")]
    if "custom" in changed:
        before, after = contact.custom or {}, new["custom"]
        keys = sorted({*before, *after})
        found += [f"contact.custom.{key}" for key in keys if before.get(key) != after.get(key)]
    return found


def _other_has(actor: Actor, contact: Contact, email_key: str) -> bool:
    return queries.contact_with_email(actor.account_id, email_key) not in (None, contact.id)


def _taken(actor: Actor, values: Mapping[str, Any]) -> Conflict:
    other = queries.contact_with_email(actor.account_id, values.get("email_key", ""))
    return Conflict("CONFLICT", "A contact with this email address already exists.", contact_id=other)


def _labels(fields: Sequence[str]) -> list[str]:
    return [FIELDS[name].label if name in FIELDS else "Custom fields" for name in fields]

"""Several changes of one contact at once: fields, tags, and status."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.application.consent.sms import set_sms_consent
from app.contacts.application.custom_fields.listing import check_keys
from app.contacts.application.lookup import existing
from app.contacts.application.people import change_contact, reactivate, unsubscribe
from app.contacts.application.showing import TaggedContact, tagged
from app.contacts.application.tags import tag_contact, untag_contact
from app.contacts.domain import Status, tag_key
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.removing.locks import LockFor
from app.platform.database import transaction


@dataclass(frozen=True)
class ContactChange:
    """`given` and `custom` are texts by field key, blank to clear the field; tags are names.

    `status` is ACTIVE (resubscribe, which needs a `reason`), UNSUBSCRIBED, or None. `agrees_to_sms` is what
    is known of the consent of the number that the contact then has, None for nothing; a yes needs an
    `sms_source`.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, str] = field(default_factory=dict)
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    status: Status | None = None
    reason: str = ""
    agrees_to_sms: bool | None = None
    sms_source: str = ""


def edit_contact(
    actor: Actor, contact_id: int, change: ContactChange, check: Callable[[TaggedContact], object]
) -> TaggedContact:
    """Make all changes or none, and return the contact.

    `check` gets the contact as it is before, locked, and may raise. Raises NotAllowed, NotFound, Invalid with
    `fields`, and Conflict.
    """
    require(actor, Permission.CONTACTS)
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        before = tagged(actor.account_id, contact.id)
        check(before)
        check_keys(actor.account_id, change.custom)
        if change.given or change.custom:
            change_contact(actor, contact_id, change.given, change.custom)
        for name in change.add_tags:
            tag_contact(actor, contact_id, name)
        for name in change.remove_tags:
            tag = queries.tag_by_key(actor.account_id, tag_key(name))
            if tag is not None:
                untag_contact(actor, contact_id, tag.id)
        _set_status(actor, before, change)
        if change.agrees_to_sms is not None:
            set_sms_consent(actor, contact_id, change.agrees_to_sms, change.sms_source)
        return tagged(actor.account_id, contact.id)


def _set_status(actor: Actor, before: TaggedContact, change: ContactChange) -> None:
    if change.status is None or change.status == before.contact.status:
        return
    if change.status is Status.ACTIVE:
        reactivate(actor, before.contact.id, change.reason)
    else:
        unsubscribe(actor, before.contact.id)

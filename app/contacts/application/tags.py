"""Tags: created on first use, added to contacts and removed."""

from collections.abc import Sequence
from datetime import datetime

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.happenings import Kind
from app.contacts.application.lookup import existing
from app.contacts.domain import tag_key, tag_name
from app.contacts.domain.names import tag_problem
from app.contacts.infrastructure import queries, store
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.tables import Tag
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound

MOST_AT_ONCE = 50


def ensure_tags(
    account_id: int, names: Sequence[str], created_by: int | None = None, at_most: int = MOST_AT_ONCE
) -> list[int]:
    """Return the ids of the tags with these names, in order and without duplicates, creating missing ones.

    Spellings that differ only in case or spaces are one tag. Raises Invalid for a name that is empty, too
    long, or contains a comma, and for more than `at_most` names.
    """
    if len(names) > at_most:
        raise Invalid.in_fields(
            {"tags": f"You can add up to {at_most} tags at once; this is {len(names):,}."}
        )
    tidy: dict[str, str] = {}
    for name in names:
        tidy.setdefault(tag_key(name), _checked(name))
    with transaction():
        known = store.tags_by_key(account_id, list(tidy))
        missing = {key: name for key, name in tidy.items() if key not in known}
        if missing:
            store.add_tags(account_id, missing, created_by)
            known = store.tags_by_key(account_id, list(tidy))
    return [known[key] for key in tidy]


def new_tags(account_id: int, names: Sequence[str]) -> list[str]:
    """Return the names that are not tags of the account yet, in order and without duplicates."""
    by_key = {tag_key(name): name for name in reversed(names)}
    known = store.tags_by_key(account_id, list(by_key))
    return [name for key, name in reversed(by_key.items()) if key not in known]


def tags_to_choose(actor: Actor) -> Sequence[Tag]:
    """Return the account's tags for a selection list."""
    require(actor, Permission.REPORTS)
    return queries.tags(actor.account_id)


def tag_contact(actor: Actor, contact_id: int, name: str) -> None:
    """Add a tag to a contact, creating it if needed. Does nothing if the contact already has it.

    Raises NotFound, and Invalid for a name that cannot be a tag.
    """
    require(actor, Permission.CONTACTS)
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        [tag_id] = ensure_tags(actor.account_id, [name], actor.user_id)
        at = now()
        if store.add_tag(actor.account_id, contact.id, tag_id, at):
            _note(actor, contact.id, "tag_added", tag_id, at)


def untag_contact(actor: Actor, contact_id: int, tag_id: int) -> None:
    """Remove a tag from a contact. Does nothing if the contact does not have it. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        contact = existing(actor, contact_id, LockFor.CHANGE)
        if store.remove_tag(actor.account_id, contact.id, tag_id):
            _note(actor, contact.id, "tag_removed", tag_id, now())


def _note(actor: Actor, contact_id: int, kind: str, tag_id: int, at: datetime) -> None:
    tag = queries.tag(actor.account_id, tag_id)
    if tag is None:
        raise NotFound("NOT_FOUND", "This tag doesn’t exist.")
    activity.record_contact(actor, contact_id, kind, tag.name)
    activity.record(actor, f"contact_{kind}", "contact", contact_id, tag=tag.name)
    happenings.listening(actor.account_id).tell(Kind(kind), tag.name_key, [contact_id], at)


def _checked(name: str) -> str:
    tidy = tag_name(name)
    if problem := tag_problem(tidy):
        raise Invalid.in_fields({"tags": problem})
    return tidy

"""Making what a template needs and the account lacks: a contact field, a tag, business details (T-12)."""

from collections.abc import Mapping

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts.application import custom_fields, ensure_tags
from app.contacts.domain import tag_key
from app.gallery.application.field_mapping import needed_fields
from app.gallery.application.reading import find_template
from app.gallery.domain.readiness import used_details, used_tags
from app.gallery.infrastructure import queries
from app.platform.database import transaction
from app.platform.errors import Conflict, NotFound
from app.platform.text.words import joined
from app.workflows.domain import Definition
from app.workflows.domain.messages.merge_tags import MERGE_TAGS


def create_needed_field(actor: Actor, public_id: str, name: str) -> str:
    """Create a contact field that a template uses, given its full name, with the kind that the template
    needs. Return its label; nothing happens if it exists. Raises NotFound, and Conflict while it is being
    deleted."""
    accounts.require(actor, Permission.CONTACTS)
    definition = _definition(actor, public_id)
    with transaction():
        accounts.lock(actor.account_id)
        found = next((one for one in needed_fields(actor, definition) if one.used.name == name), None)
        if found is None or not (found.exists or found.can_create):
            raise NotFound("NOT_FOUND", "The template doesn’t use this field, or it can’t be created.")
        if not found.exists:
            custom_fields.create_field(actor, found.used.label, found.used.kind)
    return found.used.label


def create_needed_tag(actor: Actor, public_id: str, name: str) -> str:
    """Create a tag that a template uses. Return its name; nothing happens if it exists. Raises NotFound."""
    accounts.require(actor, Permission.CONTACTS)
    definition = _definition(actor, public_id)
    found = next((one for one in used_tags(definition) if tag_key(one) == tag_key(name)), None)
    if found is None:
        raise NotFound("NOT_FOUND", "The template doesn’t use this tag.")
    ensure_tags(actor.account_id, [found], actor.user_id)
    return found


def fill_details(actor: Actor, public_id: str, typed: Mapping[str, str]) -> list[str]:
    """Set business details, {name: text}, that a template uses and that have no value; empty texts change
    nothing. Return the names of those that are set. Raises NotFound, Invalid with `fields`, and Conflict if
    one of them has a value by now."""
    accounts.require(actor, Permission.ACCOUNT)
    definition = _definition(actor, public_id)
    used = [one.name for one in used_details(definition)]
    given = {name: typed[name] for name in used if typed.get(name, "").strip()}
    if given:
        with transaction():
            accounts.lock(actor.account_id)
            _refuse_set(actor, given)
            accounts.change_business(actor, given)
    return list(given)


def _refuse_set(actor: Actor, given: Mapping[str, str]) -> None:
    known = accounts.business_details(actor.account_id).texts
    if taken := [MERGE_TAGS[f"account.{name}"].label for name in given if known[name]]:
        raise Conflict(
            "CONFLICT",
            f"Someone else has set this already: {joined(taken)}. Nothing was changed; see Settings.",
        )


def _definition(actor: Actor, public_id: str) -> Definition:
    template = find_template(actor, public_id)
    return queries.current_definition(template)

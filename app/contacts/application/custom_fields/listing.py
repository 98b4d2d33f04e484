"""Reading custom fields, and creating those that a file or workflow uses first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.domain.names import tag_name
from app.contacts.domain.own_fields import (
    MAX_FIELDS,
    MAX_LABEL,
    OwnField,
    OwnKind,
    field_with,
    own_field_of,
)
from app.contacts.infrastructure import facts, own_field_store, queries, store
from app.contacts.infrastructure.tables import CustomField
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, LimitReached, NotFound

MAX_PROBLEMS = 20


@dataclass(frozen=True)
class ListedField:
    """A custom field with its id. `task` is set while its values are changed: convert, merge, or delete."""

    id: int
    field: OwnField
    task: str


def own_field_list(account_id: int) -> list[OwnField]:
    """Return the account's custom fields by label, without those that are being merged or deleted."""
    return [_domain(row) for row in queries.custom_fields(account_id) if row.task not in ("merge", "delete")]


def own_fields(actor: Actor) -> list[OwnField]:
    """Return the account's custom fields, for people who fill them."""
    require(actor, Permission.CONTACTS)
    return own_field_list(actor.account_id)


def custom_labels(account_id: int) -> dict[str, str]:
    """Return {key: label} of the fields of `own_field_list`."""
    return {field.key: field.label for field in own_field_list(account_id)}


def field_list(actor: Actor) -> list[ListedField]:
    """Return all custom fields by label, also those that are being merged or deleted."""
    require(actor, Permission.REPORTS)
    return [ListedField(row.id, _domain(row), row.task) for row in queries.custom_fields(actor.account_id)]


def find_field(actor: Actor, field_id: int) -> ListedField:
    """Return a custom field. Raises NotFound."""
    require(actor, Permission.REPORTS)
    return find(actor, field_id)


def find(actor: Actor, field_id: int) -> ListedField:
    """Return a custom field that the actor changes, which includes the permission to see it. Raises
    NotFound."""
    row = own_field_store.field_by_id(actor.account_id, field_id)
    if row is None:
        raise NotFound("NOT_FOUND", "This field doesn’t exist.")
    return ListedField(row.id, _domain(row), row.task)


def fields_for(account_id: int, labels: Sequence[str]) -> dict[str, OwnField]:
    """Return {label: the field that a column with this name belongs to}, existing or to be created."""
    known = own_field_list(account_id)
    return {label: field_with(label, known) or own_field_of(label) for label in labels}


def ensure_fields(
    account_id: int,
    labels: Sequence[str],
    created_by: int | None = None,
    kinds: Mapping[str, OwnKind] | None = None,
) -> list[str]:
    """Return the keys of the custom fields with these labels, in order, creating missing ones: as text,
    unless `kinds` has another kind for their key.

    Labels that differ only in case, accents, or punctuation name the same field, and so do earlier names of a
    field. Raises Invalid for a label that is empty or longer than MAX_LABEL characters, Conflict for a field
    that is being deleted, and LimitReached.
    """
    for label in labels:
        tidy = tag_name(label)
        if not tidy or len(tidy) > MAX_LABEL:
            sentence = f"Field names can have up to {MAX_LABEL} characters."
            raise Invalid.in_fields({"label": sentence})
    with transaction():
        found = fields_for(account_id, labels)
        known = {one.key for one in own_field_list(account_id)}
        missing: Mapping[str, str] = {
            one.key: one.label for one in reversed(found.values()) if one.key not in known
        }
        if missing:
            leaving = {row.key for row in queries.custom_fields(account_id)} - known
            if not leaving.isdisjoint(missing):
                raise Conflict("CONFLICT", "This field is being deleted. Try again in a minute.")
            refuse_too_many(len(known) + len(leaving) + len(missing))
            store.add_custom_fields(account_id, missing, created_by)
            _set_kinds(account_id, {key: kind for key, kind in (kinds or {}).items() if key in missing})
    return [found[label].key for label in labels]


def _set_kinds(account_id: int, kinds: Mapping[str, OwnKind]) -> None:
    """Give fields that were just created their kind."""
    wanted = {key: kind for key, kind in kinds.items() if kind is not OwnKind.TEXT}
    for row in queries.custom_fields(account_id) if wanted else ():
        if row.key in wanted:
            own_field_store.change_field(account_id, row.id, kind=wanted[row.key].value)


def refuse_too_many(fields: int) -> None:
    """Raise LimitReached if an account would have so many custom fields."""
    if fields > MAX_FIELDS:
        raise LimitReached(
            "FIELD_LIMIT_REACHED",
            f"You can have up to {MAX_FIELDS:,} contact fields. Merge or delete some that you don’t need.",
            limit=MAX_FIELDS,
        )


def check_keys(account_id: int, keys: Iterable[str]) -> None:
    """Raise Invalid with `fields` (`custom.KEY`) for keys that are not custom fields of the account."""
    unknown = sorted({*keys} - facts.custom_keys(account_id))
    if unknown:
        sentence = "This custom field doesn’t exist."
        fields = {f"custom.{key}": sentence for key in unknown[:MAX_PROBLEMS]}
        raise Invalid("VALIDATION_ERROR", f"custom.{unknown[0][:MAX_LABEL]}: {sentence}", fields=fields)


def _domain(row: CustomField) -> OwnField:
    return OwnField(
        row.key,
        row.label,
        OwnKind(row.kind),
        tuple(row.choices),
        frozenset((*row.aliases, row.key)),
    )

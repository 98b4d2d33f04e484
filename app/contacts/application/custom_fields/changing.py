"""Creating, editing, merging, and deleting custom fields.

What concerns the values of all contacts is done by a task, piece by piece (`values.py`). A field that
workflows, filters, or unfinished jobs use can't be merged or deleted: other rooms register what uses it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.custom_fields.listing import ListedField, find, own_field_list
from app.contacts.application.custom_fields.values import VALUES_TASK
from app.contacts.domain.names import field_key, tag_key, tag_name
from app.contacts.domain.own_fields import KIND_LABELS, OwnField, OwnKind, definition_problems, field_with
from app.contacts.infrastructure import own_field_store, queries, store
from app.contacts.infrastructure.own_field_store import MergeFigures
from app.platform import queue
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.words import joined


class FieldUse(NamedTuple):
    """Something that uses a field: what it is in words, and its page."""

    text: str
    url: str | None = None


FieldUses = Callable[[int, OwnField], Sequence[FieldUse]]
"""(account id, field) -> what uses the field."""

_uses: Final[dict[str, FieldUses]] = {}


def register_field_uses(name: str, uses: FieldUses) -> None:
    """Register what of another room uses custom fields."""
    _uses[name] = uses


@dataclass(frozen=True)
class MergePreview:
    """What merging or deleting a field would do: contacts by what happens to their value, and what uses the
    field. `target` is None for a deletion, whose contacts are all in `figures.lost`."""

    source: ListedField
    target: ListedField | None
    figures: MergeFigures
    uses: Sequence[FieldUse]

    @property
    def contacts(self) -> int:
        return sum(self.figures)


Check = Callable[[ListedField], object]
"""Gets the field as it is before the change, locked, and may raise."""


def create_field(actor: Actor, label: str, kind: str, choices: Sequence[str] = ()) -> int:
    """Create a custom field and return its id. Raises Invalid with `fields`, also if the name is taken."""
    accounts.require(actor, Permission.CONTACTS)
    _refuse(definition_problems(label, kind, choices))
    with transaction():
        accounts.lock(actor.account_id)
        _refuse_taken(actor, label, None)
        key, tidy = field_key(label), tag_name(label)
        store.add_custom_fields(actor.account_id, {key: tidy}, actor.user_id)
        created = next(row for row in queries.custom_fields(actor.account_id) if row.key == key)
        if created.task:
            raise Conflict("CONFLICT", "A field with this name is being deleted. Try again in a minute.")
        own_field_store.change_field(
            actor.account_id, created.id, kind=kind, choices=_choices(kind, choices), label=tidy
        )
        activity.record(actor, "field_created", "custom_field", created.id, name=tidy)
        return created.id


def edit_field(
    actor: Actor,
    field_id: int,
    label: str | None = None,
    kind: str | None = None,
    choices: Sequence[str] | None = None,
    check: Check | None = None,
) -> None:
    """Rename a field, or change its kind or choices (None: unchanged); existing values are then converted by
    a task.

    Values that don't fit the new kind stay as they are. Columns with the earlier name still belong to the
    field. Raises NotFound, Conflict while the values are being changed, and Invalid with `fields`.
    """
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        listed_field = _idle(actor, field_id)
        if check is not None:
            check(listed_field)
        before = listed_field.field
        label = before.label if label is None else label
        kind = before.kind.value if kind is None else kind
        choices = before.choices if choices is None else choices
        _refuse(definition_problems(label, kind, choices))
        _refuse_taken(actor, label, before)
        tidy, listed = tag_name(label), _choices(kind, choices)
        converts = kind != before.kind or (kind == OwnKind.CHOICE and tuple(listed) != before.choices)
        if tidy == before.label and not converts:
            return
        own_field_store.change_field(
            actor.account_id,
            field_id,
            label=tidy,
            kind=kind,
            choices=listed,
            aliases=sorted({*before.aliases, field_key(label)}),
            task="convert" if converts else "",
            done_through=0,
        )
        changed = ["name"] if tidy != before.label else []
        changed += ["type"] if converts else []
        activity.record(actor, "field_edited", "custom_field", field_id, name=tidy, changed=changed)
        if converts:
            after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, field_id))


def merge_preview(actor: Actor, source_id: int, target_id: int) -> MergePreview:
    """Return what merging `source` into `target` would do. Raises NotFound, and Conflict for fields that
    can't be merged."""
    accounts.require(actor, Permission.CONTACTS)
    source, target = _idle(actor, source_id), _idle(actor, target_id)
    if source.id == target.id:
        raise Conflict("CONFLICT", "Choose another field to merge into.")
    if target.field.kind not in (source.field.kind, OwnKind.TEXT):
        kind = KIND_LABELS[target.field.kind].lower()
        raise Conflict(
            "CONFLICT",
            f"{target.field.label} is a field of the type {kind}. "
            f"Give {source.field.label} the same type first.",
        )
    figures = own_field_store.merge_figures(actor.account_id, source.field.key, target.field.key)
    return MergePreview(source, target, figures, _uses_of(actor, source.field))


def merge_fields(actor: Actor, source_id: int, target_id: int) -> None:
    """Move the values of a field to another one and delete it; a task does it. Where the target has a value,
    that one stays. Raises like `merge_preview`, and Conflict for a field in use."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        preview = merge_preview(actor, source_id, target_id)
        _refuse_used(preview.source.field, preview.uses)
        source, target = preview.source.field, _idle(actor, target_id).field
        listed = {tag_key(one): one for one in (*source.choices, *target.choices)}
        choices = list(listed.values()) if target.kind is OwnKind.CHOICE else []
        own_field_store.change_field(
            actor.account_id,
            target_id,
            aliases=sorted({*target.aliases, *source.aliases}),
            choices=choices,
        )
        own_field_store.change_field(
            actor.account_id, source_id, task="merge", merge_into=target_id, done_through=0, aliases=[]
        )
        activity.record(
            actor, "fields_merged", "custom_field", target_id,
            name=target.label, merged=source.label, **preview.figures._asdict(),
        )  # fmt: skip
        after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, source_id))


def deletion_preview(actor: Actor, field_id: int) -> MergePreview:
    """Return what deleting a field would do. Raises NotFound and Conflict."""
    accounts.require(actor, Permission.CONTACTS)
    source = _idle(actor, field_id)
    lost = own_field_store.contacts_with(actor.account_id, source.field.key)
    return MergePreview(source, None, MergeFigures(0, 0, lost), _uses_of(actor, source.field))


def delete_field(actor: Actor, field_id: int, check: Check | None = None) -> None:
    """Delete a field and its values; a task does it. Raises NotFound, and Conflict for a field in use."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        if check is not None:
            check(_idle(actor, field_id))
        preview = deletion_preview(actor, field_id)
        _refuse_used(preview.source.field, preview.uses)
        own_field_store.change_field(actor.account_id, field_id, task="delete", done_through=0)
        label = preview.source.field.label
        activity.record(
            actor, "field_deleted", "custom_field", field_id, name=label, contacts=preview.contacts
        )
        after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, field_id))


def _idle(actor: Actor, field_id: int) -> ListedField:
    found = find(actor, field_id)
    if found.task:
        raise Conflict(
            "CONFLICT", f"The values of {found.field.label} are being changed. Try again in a minute."
        )
    return found


def _uses_of(actor: Actor, field: OwnField) -> list[FieldUse]:
    return [use for uses in _uses.values() for use in uses(actor.account_id, field)]


def _refuse_used(field: OwnField, uses: Sequence[FieldUse]) -> None:
    if uses:
        names = joined([use.text for use in uses[:5]])
        raise Conflict("CONFLICT", f"{field.label} is still in use: {names}.")


def _refuse_taken(actor: Actor, label: str, own: OwnField | None) -> None:
    other = field_with(label, own_field_list(actor.account_id))
    if other is not None and (own is None or other.key != own.key):
        problem = f"The field {other.label} has or had this name. Choose another one, or merge the fields."
        _refuse({"label": problem})


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise Invalid("VALIDATION_ERROR", next(iter(problems.values())), fields=problems)


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    return list(choices) if kind == OwnKind.CHOICE else []

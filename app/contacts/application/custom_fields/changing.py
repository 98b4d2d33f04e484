"""Creating, editing, merging, and deleting custom fields.

What concerns the values of all contacts is done by a task, piece by piece (`values.py`). A field that
workflows or unfinished jobs use can't be merged, and one that segments use, too, can't be deleted: what uses
fields is registered in `uses`. Segments follow a merged field.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.custom_fields.listing import (
    ListedField,
    field_list,
    find,
    own_field_list,
    refuse_too_many,
)
from app.contacts.application.custom_fields.uses import FieldUse, uses_of
from app.contacts.application.custom_fields.values import VALUES_TASK
from app.contacts.domain.criteria.rewriting import with_field_moved
from app.contacts.domain.names import field_key, tag_key, tag_name
from app.contacts.domain.own_fields import (
    KIND_LABELS,
    MAX_ALIASES,
    OwnField,
    OwnKind,
    can_take,
    definition_problems,
    field_with,
    kind_problems,
    typed_rule,
)
from app.contacts.infrastructure import own_field_store, queries, store
from app.contacts.infrastructure.own_field_store import MergeCounts
from app.contacts.infrastructure.selecting import segments
from app.contacts.infrastructure.selecting.counting import Count
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.text.words import joined

COUNT_SECONDS = 0.06


@dataclass(frozen=True)
class MergePreview:
    """What merging or deleting a field would do: contacts by what happens to their value, estimated in a
    large account, and what uses the field. `target` is None for a deletion, whose contacts are all in
    `figures.lost`. `uses` is what prevents it, `followers` what will use the target."""

    source: ListedField
    target: ListedField | None
    figures: MergeCounts
    uses: Sequence[FieldUse]
    followers: Sequence[FieldUse] = ()

    @property
    def contacts(self) -> Count:
        return Count(sum(one.number for one in self.figures), about=any(one.about for one in self.figures))


Check = Callable[[ListedField], object]
"""Gets the field as it is before the change, locked, and may raise."""


def create_field(actor: Actor, label: str, kind: str, choices: Sequence[str] = ()) -> int:
    """Create a custom field and return its id. Raises Invalid with `fields`, also if the name is taken, and
    LimitReached."""
    accounts.require(actor, Permission.CONTACTS)
    _refuse(definition_problems(label, kind, choices))
    with transaction():
        accounts.lock(actor.account_id)
        _refuse_taken(actor, label, None)
        refuse_too_many(len(queries.custom_fields(actor.account_id)) + 1)
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
    field. Raises NotFound, Conflict while the values are being changed, and Invalid with `fields`, also if
    filters that use the field would not work with the new kind.
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
        aliases = sorted({*before.aliases, field_key(label)})
        if len(aliases) > max(MAX_ALIASES, len(before.aliases)):
            _refuse({"label": f"This field has had {MAX_ALIASES} names. Choose one of them, or keep it."})
        if kind != before.kind:
            _refuse_unfit(actor, replace(before, kind=OwnKind(kind)))
        own_field_store.change_field(
            actor.account_id,
            field_id,
            label=tidy,
            kind=kind,
            choices=listed,
            aliases=aliases,
            task="convert" if converts else "",
            done_through=0,
        )
        changed = ["name"] if tidy != before.label else []
        changed += ["type"] if converts else []
        activity.record(actor, "field_edited", "custom_field", field_id, name=tidy, changed=changed)
        if converts:
            after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, field_id))


def merge_targets(actor: Actor, found: ListedField) -> list[ListedField]:
    """Return the fields that a field can be merged into."""
    accounts.require(actor, Permission.CONTACTS)
    others = [one for one in field_list(actor) if one.id != found.id and not one.task]
    return [one for one in others if can_take(one.field, found.field)]


def merge_preview(actor: Actor, source_id: int, target_id: int) -> MergePreview:
    """Return what merging `source` into `target` would do. Raises NotFound, and Conflict for fields that
    can't be merged."""
    accounts.require(actor, Permission.CONTACTS)
    source, target = _mergeable(actor, source_id, target_id)
    figures = own_field_store.counts_within(
        actor.account_id, source.field.key, target.field.key, COUNT_SECONDS
    )
    uses = uses_of(actor, source.field)
    return MergePreview(
        source,
        target,
        figures,
        uses=[use for use in uses if not use.follows],
        followers=[use for use in uses if use.follows],
    )


def merge_fields(actor: Actor, source_id: int, target_id: int) -> None:
    """Move the values of a field to another one and delete it; a task does it. Where the target has a value,
    that one stays. Segments and columns of the contact list use the target from now on. Raises like
    `merge_preview`, and Conflict for a field in use."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        source, target = (one.field for one in _mergeable(actor, source_id, target_id))
        _refuse_used(source, [use for use in uses_of(actor, source) if not use.follows])
        figures = own_field_store.merge_figures(actor.account_id, source.key, target.key)
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
        _move_references(actor, source, target)
        activity.record(
            actor, "fields_merged", "custom_field", target_id,
            name=target.label, merged=source.label, **figures._asdict(),
        )  # fmt: skip
        after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, source_id))


def deletion_preview(actor: Actor, field_id: int) -> MergePreview:
    """Return what deleting a field would do. Raises NotFound and Conflict."""
    accounts.require(actor, Permission.CONTACTS)
    source = _idle(actor, field_id)
    figures = own_field_store.counts_within(actor.account_id, source.field.key, None, COUNT_SECONDS)
    return MergePreview(source, None, figures, uses_of(actor, source.field))


def delete_field(actor: Actor, field_id: int, check: Check | None = None) -> None:
    """Delete a field and its values; a task does it. Raises NotFound, and Conflict for a field in use."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        if check is not None:
            check(_idle(actor, field_id))
        field = _idle(actor, field_id).field
        _refuse_used(field, uses_of(actor, field))
        lost = own_field_store.contacts_with(actor.account_id, field.key)
        own_field_store.change_field(actor.account_id, field_id, task="delete", done_through=0)
        activity.record(actor, "field_deleted", "custom_field", field_id, name=field.label, contacts=lost)
        after_commit(lambda: queue.send(VALUES_TASK, actor.account_id, field_id))


def _mergeable(actor: Actor, source_id: int, target_id: int) -> tuple[ListedField, ListedField]:
    source, target = _idle(actor, source_id), _idle(actor, target_id)
    if source.id == target.id:
        raise Conflict("CONFLICT", "Choose another field to merge into.")
    if not can_take(target.field, source.field):
        kind = KIND_LABELS[target.field.kind].lower()
        raise Conflict(
            "CONFLICT",
            f"{target.field.label} is a field of the type {kind}. "
            f"Give {source.field.label} the same type first.",
        )
    return source, target


def _idle(actor: Actor, field_id: int) -> ListedField:
    found = find(actor, field_id)
    if found.task:
        raise Conflict(
            "CONFLICT", f"The values of {found.field.label} are being changed. Try again in a minute."
        )
    return found


def _move_references(actor: Actor, source: OwnField, target: OwnField) -> None:
    for segment in segments.segments(actor.account_id):
        criteria = with_field_moved(
            segment.criteria, source.key, target.key, lambda rule: typed_rule(rule, source)
        )
        if criteria != segment.criteria:
            segments.change(actor.account_id, segment.id, {"criteria": criteria}, now())
            activity.record(
                actor, "segment_changed", "segment", segment.id, name=segment.name, changed=["criteria"]
            )
    segments.rename_column(actor.account_id, f"custom.{source.key}", f"custom.{target.key}")


def _refuse_unfit(actor: Actor, field: OwnField) -> None:
    """Refuse a kind with which filters that use the field would not work. Raises Invalid."""
    unfit = [
        use.text
        for use in uses_of(actor, field)
        if kind_problems([(field, op, value) for op, value in use.rules])
    ]
    if unfit:
        kind = KIND_LABELS[field.kind].lower()
        _refuse(
            {
                "kind": f"With the type {kind}, a filter in {joined(unfit[:5])} would no longer work. "
                "Change it there first."
            }
        )


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
        raise Invalid.in_fields(problems)


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    return list(choices) if kind == OwnKind.CHOICE else []

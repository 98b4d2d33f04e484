"""Fields of the account that a workflow uses instead of those of its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from app.accounts.domain import Actor
from app.contacts.application import ensure_fields, own_field_list
from app.contacts.domain.criteria import FIELDS as FIELDS_OF_CONTACTS
from app.contacts.domain.names import field_key
from app.contacts.domain.own_fields import OwnField
from app.gallery.domain.readiness import OwnTarget, UsedField, misfit, suggested, targets, used_fields
from app.gallery.domain.readiness.fields import CUSTOM
from app.platform.errors import Conflict, Invalid
from app.workflows import application as workflows
from app.workflows.domain import Definition, problems
from app.workflows.domain.definition.custom_fields import with_fields

FIELDS: Final = "fields."
"""Before the name of a field of the template, what a problem with its choice is about."""
_MOST_NAMED: Final = 80

_Named = TypeVar("_Named", UsedField, OwnTarget)


@dataclass(frozen=True)
class NeededField:
    """A field that a template uses.

    `exists`: the account has it. `renamed` is the account's field that has or had its name under another key,
    and is used for it; `taken_by` is one that has or had the name and can't be used. `suggestions` look like
    it; `others` can be used for it, too. `can_create`: cloning creates it.
    """

    used: UsedField
    exists: bool
    renamed: OwnTarget | None
    taken_by: OwnField | None
    suggestions: tuple[OwnTarget, ...]
    others: tuple[OwnTarget, ...]

    @property
    def can_create(self) -> bool:
        is_free = not self.exists and self.renamed is None and self.taken_by is None
        return is_free and field_key(self.used.label) == self.used.key

    @property
    def is_asked(self) -> bool:
        """Whether there is something to decide."""
        return not self.exists


def needed_fields(actor: Actor, definition: Definition) -> list[NeededField]:
    """Return the fields that a template uses, in reading order, as they are in the account."""
    used = used_fields(definition)
    own = own_field_list(actor.account_id) if used else []
    known = targets(own)
    return [_needed(one, own, known, actor.country) for one in used]


def create_missing_fields(actor: Actor, definition: Definition, before: Definition | None = None) -> None:
    """Create the contact fields that a definition uses and that do not exist, with the kinds that it needs;
    those that were missing `before`, too, stay missing."""
    known = workflows.missing_fields(actor.account_id, before) if before else []
    labels = workflows.missing_fields(actor.account_id, definition)
    if new := [label for label in labels if label not in known]:
        kinds = {one.key: one.kind for one in used_fields(definition)}
        ensure_fields(actor.account_id, new, actor.user_id, kinds)


def chosen_fields(actor: Actor, definition: Definition, given: Mapping[str, str]) -> dict[str, str]:
    """Return {field of the template: field of the account} with full names, of the fields that differ.

    `given` may name both by key (`dob`), or by full name (`contact.custom.dob`); an empty choice is none.
    Fields that were renamed in the account are found without a choice. Raises Invalid with `fields`.
    """
    used, own = used_fields(definition), own_field_list(actor.account_id)
    known = targets(own)
    by_name, by_target = {one.name: one for one in used}, {one.name: one for one in known}
    chosen: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, wanted in given.items():
        if not wanted.strip():
            continue
        field, target = _called(name, by_name), _called(wanted.strip(), by_target)
        if problem := _problem(name, field, target, actor.country):
            wrong[_place(name)] = problem
        elif field and target:
            chosen[field.name] = target.name
    for field in used:
        if field.name in chosen:
            continue
        if renamed := _renamed(field, own, known, actor.country):
            chosen[field.name] = renamed.name
        elif taken_by := _holder(field, own):
            wrong[_place(field.name)] = _taken(taken_by)
    if wrong:
        raise Invalid.in_fields(wrong)
    differing = {name: target for name, target in chosen.items() if name != target}
    if differing and (faults := problems(with_fields(definition, differing))):
        raise Invalid.in_fields({_place(next(iter(differing))): str(faults[0])})
    return differing


def renamed_fields(actor: Actor, *definitions: Definition) -> dict[str, str]:
    """Return {field that the account doesn't have: its field with that name}; they are used without a
    choice."""
    used = [one for definition in definitions for one in used_fields(definition)]
    own = own_field_list(actor.account_id) if used else []
    known = targets(own)
    found = {one.name: _renamed(one, own, known, actor.country) for one in used}
    return {name: target.name for name, target in found.items() if target}


def refuse_taken(actor: Actor, definition: Definition, before: Definition) -> None:
    """Raise Conflict if a definition uses a field, not used before, that can't be created because another one
    has or had its name."""
    known = {one.name for one in used_fields(before)}
    own = own_field_list(actor.account_id)
    for field in used_fields(definition):
        if field.name not in known and (taken_by := _holder(field, own)):
            raise Conflict(
                "CONFLICT",
                f"These changes use the contact field {field.label}. Your field {taken_by.label} has or had "
                "this name, and doesn’t fit. Leave the changes that use it.",
            )


def _place(name: str) -> str:
    return FIELDS + name[:_MOST_NAMED]


def _problem(name: str, field: UsedField | None, target: OwnTarget | None, country: str) -> str:
    if field is None:
        if built_in := FIELDS_OF_CONTACTS.get(name) or FIELDS_OF_CONTACTS.get(f"contact.{name}"):
            return f"{built_in.label} is part of every contact, so no other field can be used for it."
        return "The template doesn’t use this field."
    return misfit(field, target, country) if target else "This contact field doesn’t exist."


def _needed(
    used: UsedField, own: Sequence[OwnField], known: Sequence[OwnTarget], country: str
) -> NeededField:
    exists = any(one.key == used.key for one in own)
    renamed = _renamed(used, own, known, country)
    besides = {used.name, renamed.name if renamed else ""}
    fitting = [one for one in known if one.name not in besides and not misfit(used, one, country)]
    alike = suggested(used, fitting)
    return NeededField(
        used=used,
        exists=exists,
        renamed=renamed,
        taken_by=None if renamed else _holder(used, own),
        suggestions=tuple(alike),
        others=tuple(one for one in fitting if one not in alike),
    )


def _renamed(
    used: UsedField, own: Sequence[OwnField], known: Sequence[OwnTarget], country: str
) -> OwnTarget | None:
    """Return the field that has or had the name of a field that doesn't exist, if it can be used for it."""
    had = _holder(used, own)
    target = next((one for one in known if had and one.name == CUSTOM + had.key), None)
    return target if target and not misfit(used, target, country) else None


def _holder(used: UsedField, own: Sequence[OwnField]) -> OwnField | None:
    """Return the field that has or had the name of a field that doesn't exist."""
    if any(one.key == used.key for one in own):
        return None
    return next((one for one in own if used.key in one.aliases), None)


def _taken(field: OwnField) -> str:
    return f"Your field {field.label} has or had this name, and doesn’t fit. Choose another field."


def _called(name: str, among: Mapping[str, _Named]) -> _Named | None:
    """Return the one with a full name, or a key, of which custom fields come first."""
    return among.get(name) or among.get(CUSTOM + name) or among.get(f"contact.{name}")

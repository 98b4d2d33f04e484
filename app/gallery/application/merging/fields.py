"""Contact fields that a workflow uses instead of those of its template, also in an update."""

from collections.abc import Mapping
from typing import NamedTuple

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.application import own_field_list
from app.contacts.domain.criteria import custom_key, field_label
from app.gallery.application.field_mapping import NeededField, chosen_fields, needed_fields
from app.gallery.domain.readiness import used_fields
from app.gallery.infrastructure.merging import queries, store
from app.gallery.infrastructure.merging.tables import TemplateLink
from app.workflows.domain import Definition
from app.workflows.infrastructure.tables import Workflow


class MappedField(NamedTuple):
    """A contact field of a template, and the one that a workflow uses instead, by their labels."""

    theirs: str
    ours: str


def mapped_fields(actor: Actor, workflow: Workflow) -> list[MappedField]:
    """Return what a workflow that was looked up for the actor uses instead of its template’s fields."""
    require(actor, Permission.REPORTS)
    link = queries.link_of(actor.account_id, workflow.id)
    if link is None or not link.fields:
        return []
    own = {one.key: one.label for one in own_field_list(actor.account_id)}
    return [
        MappedField(field_label(theirs), own.get(custom_key(ours), field_label(ours)))
        for theirs, ours in link.fields.items()
    ]


def new_fields(
    actor: Actor, base: Definition, theirs: Definition, link: TemplateLink | None
) -> list[NeededField]:
    """Return the fields that a newer version of a template uses for the first time, and for which one of the
    account can be chosen."""
    known = {one.name for one in used_fields(base)} | (link.fields.keys() if link else set())
    return [
        one
        for one in needed_fields(actor, theirs)
        if one.used.name not in known and one.is_asked and (one.suggestions or one.others)
    ]


def map_fields(
    actor: Actor, workflow: Workflow, base: Definition, theirs: Definition, given: Mapping[str, str]
) -> None:
    """Let a workflow use the chosen fields instead of the template’s, from this update on. `base` is the
    version of the template that the workflow has. Raises Invalid with `fields`."""
    link = store.link_to_change(actor.account_id, workflow.id)
    asked = new_fields(actor, base, theirs, link)
    names = {one.used.name for one in asked}
    chosen = chosen_fields(actor, theirs, {name: value for name, value in given.items() if name in names})
    link.fields = {**link.fields, **{name: value for name, value in chosen.items() if name in names}}

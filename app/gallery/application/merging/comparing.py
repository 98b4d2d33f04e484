"""What the newest version of a template changes in a workflow that was made from it (T-15)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.accounts.application import require, user_names
from app.accounts.domain import Actor, Permission
from app.gallery.application.field_mapping import NeededField, renamed_fields
from app.gallery.application.merging.fields import new_fields
from app.gallery.domain.merging import Comparison, align, compare
from app.gallery.infrastructure import queries as templates
from app.gallery.infrastructure.merging import queries
from app.gallery.infrastructure.merging.tables import TemplateLink
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.errors import NotFound
from app.workflows import application as workflows
from app.workflows.domain import Definition, Problem, can_be_edited, new_ids
from app.workflows.domain.checks.identity import id_problems
from app.workflows.domain.definition.custom_fields import with_fields
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class Undo:
    """The latest update of a workflow, which can be undone. `is_edited`: the workflow has been edited since,
    and undoing would lose that."""

    version: int
    at: datetime
    by: str | None
    is_edited: bool


@dataclass(frozen=True)
class TemplateUpdate:
    """A workflow beside its template.

    `version` is the one that the workflow has, `newest` that of the template, which is None if it is no
    longer available. `comparison` is None without a newer version, or if the workflow has `problems`, without
    whose solution its steps cannot be told apart. `missing` are integrations that the newer version needs and
    that are not connected, `fields` those that it uses for the first time.
    """

    workflow: Workflow
    template: WorkflowTemplate | None
    version: int
    comparison: Comparison | None
    problems: Sequence[Problem]
    undo: Undo | None
    may_change: bool
    missing: tuple[str, ...] = ()
    fields: Sequence[NeededField] = ()

    @property
    def newest(self) -> int:
        return self.template.version if self.template else self.version


def template_update(actor: Actor, public_id: str) -> TemplateUpdate:
    """Return a workflow beside its template. Raises NotFound, also if it was not made from a template."""
    require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    template = template_of(actor, workflow)
    link = queries.link_of(actor.account_id, workflow.id)
    version = version_of(workflow, link)
    has_newer = template is not None and template.version > version
    problems = list(id_problems(workflow.parsed)) if has_newer else []
    comparison, fields = None, []
    if template is not None and has_newer and not problems:
        comparison = comparison_with(actor, workflow, link, template, template.version)
        base, theirs = versions_of(template, version, template.version)
        fields = new_fields(actor, base, theirs, link)
    return TemplateUpdate(
        workflow=workflow,
        template=template,
        version=version,
        comparison=comparison,
        problems=problems,
        undo=_undo(workflow, link),
        may_change=actor.may(Permission.WORKFLOWS) and can_be_edited(workflow.status),
        missing=workflows.missing_services(actor.account_id, comparison.aligned.theirs) if comparison else (),
        fields=fields,
    )


def latest_update(actor: Actor, workflow: Workflow) -> Undo | None:
    """Return the latest update of a workflow that was looked up for the actor, if it can be undone."""
    require(actor, Permission.REPORTS)
    return _undo(workflow, queries.link_of(actor.account_id, workflow.id))


def versions_taken(actor: Actor, workflow_ids: Sequence[int]) -> Mapping[int, int]:
    """Return {workflow id: version of its template} of those that were brought up to another version than the
    one that they were made from."""
    require(actor, Permission.REPORTS)
    return queries.versions_taken(actor.account_id, workflow_ids)


def template_of(actor: Actor, workflow: Workflow) -> WorkflowTemplate | None:
    """Return the template of a workflow; None if it is no longer available. Raises NotFound if the workflow
    was not made from a template."""
    if workflow.template_id is None:
        raise NotFound("NOT_FOUND", "This workflow wasn’t created from a template.")
    return queries.template_of(actor.account_id, workflow.template_id)


def version_of(workflow: Workflow, link: TemplateLink | None) -> int:
    """Return the version of the template that a workflow has."""
    made = workflow.template_version or 0
    return made if link is None or link.version is None else link.version


def comparison_with(
    actor: Actor, workflow: Workflow, link: TemplateLink | None, template: WorkflowTemplate, newer: int
) -> Comparison:
    """Return what a newer version of its template changes in a workflow. Contact fields that the workflow
    uses instead of the template's are no changes."""
    versions = versions_of(template, version_of(workflow, link), newer)
    fields = renamed_fields(actor, *versions) | (link.fields if link else {})
    base, theirs = (with_fields(one, fields) for one in versions)
    known = new_ids(base) if link is None or link.version is None else link.ids
    names = _linked_names(actor, base, theirs, workflow.parsed)
    return compare(align(base, theirs, workflow.parsed, known, names), names)


def versions_of(template: WorkflowTemplate, *numbers: int) -> list[Definition]:
    """Return the definitions of versions of a template that was looked up for the actor."""
    return [templates.version_definition(template.id, number) for number in numbers]


def hash_of(definition: dict[str, Any]) -> str:
    return sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def _linked_names(actor: Actor, *definitions: Definition) -> Mapping[str, str]:
    names: Mapping[str, str] = {}
    for definition in definitions:
        names = names or workflows.linked_names(actor.account_id, definition)
    return names


def _undo(workflow: Workflow, link: TemplateLink | None) -> Undo | None:
    if link is None or link.before is None or link.version is None:
        return None
    by = user_names([link.updated_by]).get(link.updated_by or 0)
    return Undo(link.version, link.updated_at, by, hash_of(workflow.definition) != link.after_hash)

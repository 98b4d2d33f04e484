"""Taking over changes of a template, leaving them for now, and undoing what was taken (T-14, T-15).

Only the edited definition changes, as in the editor: people are enrolled into it once it is activated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.field_mapping import create_missing_fields, refuse_taken
from app.gallery.application.merging.comparing import (
    comparison_with,
    hash_of,
    template_of,
    version_of,
    versions_of,
)
from app.gallery.application.merging.fields import map_fields
from app.gallery.domain.merging import Change, Comparison, Merged, Undecided, apply
from app.gallery.infrastructure.merging import queries, store
from app.gallery.infrastructure.merging.tables import TemplateLink
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid
from app.workflows import application as workflows
from app.workflows.application import WorkflowChanges
from app.workflows.domain import Definition, can_be_edited, parse, switch_off
from app.workflows.domain.checks.identity import id_problems
from app.workflows.infrastructure.tables import Workflow

CHOOSE = "Choose which one to keep."


@dataclass(frozen=True)
class Taken:
    """What came of an update: how many changes were taken, those that could not be, because they belong to
    others that were left, the conflicts of which the user’s side was kept, and the names of the steps that
    were switched off, because their integration isn’t connected."""

    workflow: Workflow
    count: int
    left_out: tuple[Change, ...]
    kept: tuple[Change, ...] = ()
    switched_off: tuple[str, ...] = ()


def take_template_update(
    actor: Actor,
    public_id: str,
    *,
    version: int,
    revision: int,
    choices: Mapping[str, bool] | None,
    fields: Mapping[str, str] | None = None,
) -> Taken:
    """Take the changes up to a version of the template whose choice is True, and leave the others for good.
    Without `choices`, take all changes that are no conflicts. Steps that come without the integration that
    they need are switched off, as in a clone. `fields` are {contact field that the version uses for the first
    time: field of the account to use instead}.

    `version` and `revision` of the workflow are those that the user has seen. Raises NotFound, Conflict if
    the workflow was changed or updated since, or is archived, and Invalid: with `fields` {key of a conflict:
    sentence} if a choice is missing, with `problems` if the result would not be valid.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = workflows.find_workflow(actor, public_id)
        comparison = _comparison(actor, workflow, version, revision, fields or {})
        choices = comparison.without_conflict() if choices is None else choices
        merged = _merged(comparison, choices)
        before = workflow.definition
        definition, switched_off = _without_missing(actor, workflow, merged)
        if definition.document != before:
            refuse_taken(actor, definition, workflow.parsed)
            create_missing_fields(actor, definition, workflow.parsed)
            changes = WorkflowChanges(definition=definition.document)
            workflow = workflows.update_workflow(actor, public_id, changes, check=_as_seen(revision))
        _keep(actor, workflow, version, dict(comparison.aligned.ids), before)
        offered = (change.key for change in comparison.changes if change.is_possible)
        count = sum(choices.get(key, False) for key in offered) - len(merged.left_out)
        activity.record(
            actor,
            "template_update_taken",
            "workflow",
            public_id,
            name=workflow.name,
            version=version,
            taken=count,
            switched_off=switched_off,
        )
        kept = tuple(one for one in comparison.conflicts if not choices.get(one.key))
        return Taken(workflow, count, merged.left_out, kept, tuple(switched_off))


def undo_template_update(
    actor: Actor, public_id: str, *, revision: int, lose_edits: bool = False
) -> Workflow:
    """Restore a workflow as it was before its latest update.

    Raises NotFound, and Conflict if it was changed since `revision`, is archived, was not updated, or has
    been edited since the update (CONFIRMATION_NEEDED), unless `lose_edits`.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = workflows.find_workflow(actor, public_id)
        link = queries.link_of(actor.account_id, workflow.id)
        if link is None or link.before is None:
            raise Conflict("CONFLICT", "This workflow has no update that can be undone.")
        if hash_of(workflow.definition) != link.after_hash and not lose_edits:
            raise Conflict(
                "CONFIRMATION_NEEDED",
                "The workflow has been edited since the update. Undoing it discards those edits, too.",
                confirm="lose_edits",
            )
        restored = workflows.restore_definition(actor, public_id, link.before, _as_seen(revision))
        workflows.forget_edits(restored)
        version = link.version
        link.version, link.ids, link.before = link.version_before, link.ids_before or {}, None
        link.updated_at, link.updated_by = now(), actor.user_id
        activity.record(
            actor, "template_update_undone", "workflow", public_id, name=restored.name, version=version
        )
        return restored


def dismiss_template_update(actor: Actor, public_id: str, version: int) -> None:
    """Announce a version of its template no longer at a workflow; later ones are. Raises NotFound."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = workflows.find_workflow(actor, public_id)
        template = template_of(actor, workflow)
        if template is not None:
            link = store.link_to_change(actor.account_id, workflow.id)
            link.dismissed_version = max(link.dismissed_version, min(version, template.version))


def _comparison(
    actor: Actor, workflow: Workflow, version: int, revision: int, fields: Mapping[str, str]
) -> Comparison:
    """Return what the user has seen, with the chosen fields. Raises Conflict if that is no longer so."""
    template, link = template_of(actor, workflow), queries.link_of(actor.account_id, workflow.id)
    workflows.refuse_stale(workflow, revision)
    if not can_be_edited(workflow.status):
        raise Conflict("CONFLICT", "An archived workflow can’t be changed.", status=workflow.status)
    if template is None:
        raise Conflict("CONFLICT", "The template is no longer available.")
    if not version_of(workflow, link) < version <= template.version:
        raise Conflict("CONFLICT", "The workflow has been updated from the template since you opened it.")
    if any(id_problems(workflow.parsed)):
        raise Conflict("CONFLICT", "Fix the problems of the workflow first.")
    if fields:
        base, theirs = versions_of(template, version_of(workflow, link), version)
        map_fields(actor, workflow, base, theirs, fields)
        link = queries.link_of(actor.account_id, workflow.id)
    return comparison_with(actor, workflow, link, template, version)


def _merged(comparison: Comparison, choices: Mapping[str, bool]) -> Merged:
    try:
        return apply(comparison, choices)
    except Undecided as undecided:
        raise Invalid.in_fields(dict.fromkeys(undecided.keys, CHOOSE)) from None


def _without_missing(actor: Actor, workflow: Workflow, merged: Merged) -> tuple[Definition, list[str]]:
    """Switch off what the changes bring without its integration. Return the definition, and the names."""
    definition, before = parse(merged.document), workflow.parsed
    if merged.document == before.document:
        return definition, []
    missing = workflows.missing_services(actor.account_id, definition)
    return switch_off(definition, missing, accounts.filled_tags(actor.account_id), before)


def _keep(
    actor: Actor, workflow: Workflow, version: int, ids: dict[str, str], before: dict[str, Any]
) -> TemplateLink:
    """Record the update, and what undoes it. The editor’s undo would go back without the record."""
    workflows.forget_edits(workflow)
    link = store.link_to_change(actor.account_id, workflow.id)
    link.version_before, link.ids_before, link.before = link.version, link.ids, before
    link.version, link.ids = version, ids
    link.after_hash = hash_of(workflow.definition)
    link.updated_at, link.updated_by = now(), actor.user_id
    return link


def _as_seen(revision: int) -> Callable[[Workflow], None]:
    """Return a check that a workflow is as the user has seen it."""
    return lambda workflow: workflows.refuse_stale(workflow, revision)

"""Changing a workflow by a program: any of its name, description, re-enrollment, and definition at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid
from app.workflows.application.drafts import rename
from app.workflows.application.judging import raise_if_faulty
from app.workflows.application.lookup import change, editable
from app.workflows.domain import UnreadableFormat, incoming, parse
from app.workflows.domain.definition.document import Document
from app.workflows.infrastructure.tables import Workflow

INVALID = "This definition can’t be saved."

Check = Callable[[Workflow], object]
"""Called with the workflow before it is changed; raises if the caller has seen another revision of it."""


@dataclass(frozen=True)
class WorkflowChanges:
    """New values of a workflow, as `rename` takes them; None leaves one as it is. `definition` may be any
    JSON."""

    name: str | None = None
    description: str | None = None
    enroll_again: bool | None = None
    tracks_reactions: bool | None = None
    definition: Any = None


def update_workflow(
    actor: Actor,
    public_id: str,
    changes: WorkflowChanges,
    *,
    same_name: bool = False,
    check: Check | None = None,
) -> Workflow:
    """Change a workflow: all of `changes`, or nothing if an error is raised.

    People are enrolled into a changed definition once it is activated. Raises NotFound, Invalid (`fields`, or
    `problems` of the definition, as in `activate`), Conflict if the workflow is archived, SameName if another
    workflow has the name, unless `same_name` confirms it, and what `check` raises.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = editable(actor, public_id)
        if check is not None:
            check(workflow)
        if changes.definition is not None:
            workflow = _redefined(actor, workflow, changes.definition)
        return rename(
            actor,
            public_id,
            workflow.name if changes.name is None else changes.name,
            workflow.description if changes.description is None else changes.description,
            workflow.revision,
            enroll_again=changes.enroll_again,
            same_name=same_name,
            tracks_reactions=changes.tracks_reactions,
        )


def restore_definition(actor: Actor, public_id: str, definition: Document, check: Check) -> Workflow:
    """Replace the definition by an earlier one of the workflow, also one that could not be activated.

    Raises NotFound, Conflict if the workflow is archived, and what `check` raises.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = editable(actor, public_id)
        check(workflow)
        return _changed(actor, workflow, definition)


def _redefined(actor: Actor, workflow: Workflow, document: Any) -> Workflow:
    try:
        definition = incoming(document)
    except UnreadableFormat as problem:
        problems = [{"step": "", "name": "Workflow", "field": "definition", "message": str(problem)}]
        raise Invalid("VALIDATION_ERROR", f"{INVALID} {problem}", problems=problems) from None
    raise_if_faulty(actor.account_id, parse(definition), workflow.public_id, INVALID)
    return _changed(actor, workflow, definition)


def _changed(actor: Actor, workflow: Workflow, definition: Document) -> Workflow:
    if definition == workflow.definition:
        return workflow
    change(workflow, workflow.revision, definition=definition)
    activity.record(actor, "workflow_redefined", "workflow", workflow.public_id, name=workflow.name)
    return editable(actor, workflow.public_id)

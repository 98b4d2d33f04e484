"""Making a workflow and changing what it says."""

import copy
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, LimitReached, NotFound
from app.platform.settings import current
from app.workflows.application.lookup import find_workflow
from app.workflows.domain import can_be_edited, find_step, problems
from app.workflows.infrastructure import queries, store
from app.workflows.infrastructure.tables import Workflow

LONGEST_NAME, LONGEST_DESCRIPTION = 120, 1000

# What may be changed without the editor: the texts of messages and the length of waits.
EDITABLE = {
    "send_email": ("subject", "preheader", "body"),
    "send_sms": ("text",),
    "wait": ("amount", "unit"),
}


@dataclass(frozen=True)
class TemplateOrigin:
    """Which template, in which version, a workflow is made from."""

    id: int
    version: int
    name: str
    category: str


def create_draft(
    actor: Actor,
    *,
    name: str,
    description: str,
    definition: dict[str, Any],
    template: TemplateOrigin | None,
) -> Workflow:
    """Make a draft inside the caller's transaction. Raises Invalid and LimitReached."""
    accounts.require(actor, Permission.WORKFLOWS)
    name = _checked_name(name)
    with transaction():
        accounts.lock(actor.account_id)
        limit = accounts.limit_of(actor.account_id, "workflows", current().max_workflows)
        if sum(queries.count_by_status(actor.account_id).values()) >= limit:
            raise LimitReached(
                "WORKFLOW_LIMIT_REACHED", f"Your account has {limit:,} workflows, which is its limit.", limit=limit
            )
        return store.add(
            Workflow(
                account_id=actor.account_id,
                created_by=actor.user_id,
                name=name,
                description=description[:LONGEST_DESCRIPTION],
                definition=definition,
                template_id=template.id if template else None,
                template_version=template.version if template else None,
                template_name=template.name if template else None,
                template_category=template.category if template else None,
                cloned_at=now() if template else None,
            )
        )


def rename(actor: Actor, public_id: str, name: str, description: str, revision: int) -> Workflow:
    """Change name and description. Raises Invalid, and Conflict when somebody else changed it since."""
    accounts.require(actor, Permission.WORKFLOWS)
    name = _checked_name(name)
    if len(description) > LONGEST_DESCRIPTION:
        sentence = f"Keep the description under {LONGEST_DESCRIPTION:,} characters."
        raise Invalid("VALIDATION_ERROR", sentence, fields={"description": sentence})
    with transaction():
        workflow = _editable(actor, public_id)
        _change(workflow, revision, name=name, description=description.strip())
        activity.record(actor, "workflow_renamed", "workflow", public_id, name=name)
    return find_workflow(actor, public_id)


def edit_step(
    actor: Actor, public_id: str, step_id: str, changes: dict[str, Any], revision: int
) -> Workflow:
    """Change the text of a message or the length of a wait: {field of its config: new value}.

    Raises Invalid with `fields` when the step would have a fault, Conflict when somebody else changed the
    workflow since `revision`.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = _editable(actor, public_id)
        definition = copy.deepcopy(workflow.definition)
        place = find_step(definition, step_id)
        if place is None or place.step["type"] not in EDITABLE:
            raise NotFound("NOT_FOUND", "This workflow has no such step.")
        step = place.step
        allowed = EDITABLE[step["type"]]
        step["config"] = step["config"] | {field: value for field, value in changes.items() if field in allowed}
        faults = {
            item.field: item.message for item in problems(definition) if item.step_id == step_id and item.field
        }
        if faults:
            raise Invalid("VALIDATION_ERROR", next(iter(faults.values())), fields=faults)
        _change(workflow, revision, definition=definition)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=step_id, name=workflow.name)
    return find_workflow(actor, public_id)


def _editable(actor: Actor, public_id: str) -> Workflow:
    workflow = find_workflow(actor, public_id)
    if not can_be_edited(workflow.status):
        raise Conflict("CONFLICT", "An archived workflow stays as it is.")
    return workflow


def _change(workflow: Workflow, revision: int, **values: Any) -> None:
    if not store.change(workflow.account_id, workflow.id, revision, **values):
        raise Conflict(
            "CONFLICT",
            "Somebody else has changed this workflow since you opened it. Your text is still here: "
            "open the workflow again beside it and repeat your change.",
        )


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = "Give it a name." if not name else f"Keep the name under {LONGEST_NAME} characters."
        raise Invalid("VALIDATION_ERROR", sentence, fields={"name": sentence})
    return name

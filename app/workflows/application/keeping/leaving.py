"""What archiving a workflow means, restoring it from the archive, and deleting it.

A deleted workflow leaves all lists and has no page. Its row stays, because jobs, messages, timelines and the
audit log tell of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.platform.text.words import counted
from app.workflows.application.lookup import change, find_workflow
from app.workflows.application.panels import people_left
from app.workflows.domain import Status, deletion_refusal, refusal
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class Deletion:
    """What deleting a workflow means: whether people have been in it, and the names of other workflows that
    refer to it. `refusal` says why it can’t be deleted now; empty if it can."""

    workflow: Workflow
    has_history: bool
    referring: Sequence[str]
    refusal: str


@dataclass(frozen=True)
class Archival:
    """What archiving a workflow means: how many people leave it. `refusal` says why it can’t be archived now;
    empty if it can."""

    workflow: Workflow
    people: int
    refusal: str


def archival_of(actor: Actor, public_id: str) -> Archival:
    """Return what archiving a workflow means. Raises NotFound."""
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = find_workflow(actor, public_id)
    why = refusal(workflow.status, Status.ARCHIVED)
    return Archival(workflow, people_left(actor.account_id, workflow.id), why)


def restore(actor: Actor, public_id: str) -> Workflow:
    """Take a workflow out of the archive; it is paused then. A workflow that is paused stays as it is.

    Raises NotFound, and Conflict if it is not archived or people are still being removed from it.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = find_workflow(actor, public_id)
        if workflow.status == Status.PAUSED:
            return workflow
        if workflow.status != Status.ARCHIVED:
            raise Conflict("CONFLICT", "Only an archived workflow can be restored.", status=workflow.status)
        if why := _still_leaving(actor, workflow):
            raise Conflict("CONFLICT", why, status=workflow.status)
        change(workflow, workflow.revision, status=Status.PAUSED.value)
        activity.record(actor, "workflow_restored", "workflow", public_id, name=workflow.name)
    return find_workflow(actor, public_id)


def deletion_of(actor: Actor, public_id: str) -> Deletion:
    """Return what deleting a workflow means. Raises NotFound."""
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = find_workflow(actor, public_id)
    others = queries.workflows_naming(actor.account_id, public_id)
    return Deletion(
        workflow=workflow,
        has_history=workflow.active_version_id is not None,
        referring=[other.name for other in others if other.id != workflow.id],
        refusal=_refusal(actor, workflow),
    )


def delete(actor: Actor, public_id: str) -> None:
    """Delete an archived workflow, or one that was never active.

    Raises NotFound, and Conflict if it is in use or people are still in it.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = find_workflow(actor, public_id)
        if why := _refusal(actor, workflow):
            raise Conflict("CONFLICT", why, status=workflow.status)
        change(workflow, workflow.revision, status=Status.ARCHIVED.value, deleted_at=now())
        activity.record(actor, "workflow_deleted", "workflow", public_id, name=workflow.name)


def _refusal(actor: Actor, workflow: Workflow) -> str:
    return deletion_refusal(workflow.status) or _still_leaving(actor, workflow)


def _still_leaving(actor: Actor, workflow: Workflow) -> str:
    people = people_left(actor.account_id, workflow.id)
    who = counted(people, "person is", "people are")
    return f"{who} still being removed from it. Try again in a moment." if people else ""

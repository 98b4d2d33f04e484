"""Looking up workflows, optimistic updates, and the version that people are enrolled into."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.accounts.domain import Actor
from app.platform.database import transaction
from app.platform.errors import Conflict, NotFound
from app.workflows.domain import AddedByHand, Status, added_by_hand, can_be_edited
from app.workflows.infrastructure import queries, store
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion


@dataclass(frozen=True)
class Startable:
    """A published workflow, with the version that people are enrolled into and their first step."""

    workflow_id: int
    public_id: str
    name: str
    version_id: int
    number: int
    first_step: str | None
    enroll_again: bool


_WHY_NOT = {
    Status.DRAFT: "It is a draft. Activate it first.",
    Status.PAUSED: "It is paused. Activate it first.",
    Status.ARCHIVED: "It is archived, so nobody can be added.",
}


def find_workflow(actor: Actor, public_id: str) -> Workflow:
    """Return a workflow of the actor's account. Raises NotFound."""
    workflow = queries.workflow_by_public_id(actor.account_id, public_id)
    if workflow is None:
        deleted = queries.name_of_deleted(actor.account_id, public_id)
        raise NotFound(
            "WORKFLOW_NOT_FOUND",
            f"The workflow “{deleted}” has been deleted." if deleted else "This workflow doesn’t exist.",
            next_url="/workflows",
            next_label="View workflows",
        )
    return workflow


def editable(actor: Actor, public_id: str) -> Workflow:
    """Return a workflow that can be changed. Raises NotFound, and Conflict if it is archived."""
    workflow = find_workflow(actor, public_id)
    if not can_be_edited(workflow.status):
        raise Conflict("CONFLICT", "An archived workflow can’t be changed.", status=workflow.status)
    return workflow


def change(workflow: Workflow, revision: int, *, keeps_former: bool = True, **values: Any) -> None:
    """Change a workflow that is still at `revision`; a former definition is kept, so that it can be restored.

    Raises Conflict, with the `revision` that was loaded.
    """
    former = workflow.definition
    if not store.change(workflow.account_id, workflow.id, revision, **values):
        raise _stale(workflow)
    if keeps_former and "definition" in values:
        store.keep_former(workflow, former)


def refuse_stale(workflow: Workflow, revision: int) -> None:
    """Raise Conflict, with the `revision` that was loaded, if the user has seen another one."""
    if workflow.revision != revision:
        raise _stale(workflow)


def find_by_name_or_id(actor: Actor, name_or_id: str) -> Workflow:
    """Return a workflow, for the command line. Raises NotFound, and Conflict if several have that name."""
    if workflow := queries.workflow_by_public_id(actor.account_id, name_or_id):
        return workflow
    named = queries.workflows_named(actor.account_id, name_or_id)
    if not named:
        raise NotFound("WORKFLOW_NOT_FOUND", f"No workflow is named “{name_or_id}”.")
    active = [workflow for workflow in named if workflow.status == Status.ACTIVE] or list(named)
    if len(active) > 1:
        raise Conflict("CONFLICT", f"Several workflows are named “{name_or_id}”. Use the ID of one of them.")
    return active[0]


def startable(actor: Actor, public_id: str) -> Startable:
    """Return what a job needs of an active workflow. Raises NotFound, and Conflict if it is not active."""
    return _startable(find_workflow(actor, public_id))


def startable_by_id(actor: Actor, workflow_id: int) -> Startable:
    """Return the same, given the internal id."""
    workflow = queries.workflow_by_id(actor.account_id, workflow_id)
    if workflow is None:
        raise NotFound("WORKFLOW_NOT_FOUND", "This workflow doesn’t exist.")
    return _startable(workflow)


def version_to_enter(account_id: int, workflow_id: int) -> Startable | None:
    """Return what a job needs that was accepted earlier, also of a workflow that is not active now; None if
    it has no published version any more."""
    workflow = queries.workflow_by_id(account_id, workflow_id)
    return None if workflow is None or workflow.active_version_id is None else _version_of(workflow)


def enterable(account_id: int, public_id: str) -> Startable | None:
    """Return what enrolling in a workflow needs; None if people cannot be added to it now."""
    workflow = queries.workflow_by_public_id(account_id, public_id)
    is_open = workflow is not None and workflow.status == Status.ACTIVE and workflow.active_version_id
    return _version_of(workflow) if workflow is not None and is_open else None


def identity_of(account_id: int, workflow_id: int) -> tuple[str, str]:
    """Return (public id, name) of a workflow, given its internal id; empty if it no longer exists."""
    workflow = queries.workflow_by_id(account_id, workflow_id)
    return (workflow.public_id, workflow.name) if workflow else ("", "")


def id_of(account_id: int, public_id: str) -> int | None:
    """Return the internal id of a workflow, or None if it no longer exists."""
    workflow = queries.workflow_by_public_id(account_id, public_id)
    return workflow.id if workflow else None


def active_among(account_id: int, workflow_ids: Collection[int]) -> set[int]:
    """Return those of the workflows that are active."""
    return queries.active_among(account_id, workflow_ids)


def version_of(account_id: int, version_id: int) -> WorkflowVersion | None:
    """Return a version of a workflow that is active; None for others."""
    return queries.version_under_way(account_id, version_id)


def is_held(account_id: int, workflow_id: int) -> bool:
    """Return whether people who are enrolled wait for somebody to start the workflow."""
    return queries.is_held(account_id, workflow_id)


def lock(account_id: int, workflow_id: int) -> None:
    """Lock a workflow until the transaction ends."""
    queries.lock(account_id, workflow_id)


def begin_at_once(account_id: int, workflow_id: int) -> None:
    """Let people who are enrolled from now on begin at once."""
    with transaction():
        store.begin_at_once(account_id, workflow_id)


def state_of(account_id: int, workflow_id: int) -> str | None:
    """Return the status of a workflow, or None if it no longer exists."""
    return queries.status_of(account_id, workflow_id)


def meaning_of(account_id: int, workflow_id: int) -> AddedByHand | None:
    """Return what adding people by hand to a workflow means, for the version that they would be enrolled in;
    None if the workflow no longer exists."""
    workflow = queries.workflow_by_id(account_id, workflow_id)
    if workflow is None:
        return None
    version = queries.version_by_id(account_id, workflow.active_version_id or 0)
    return added_by_hand(version.parsed if version else workflow.parsed)


def _stale(workflow: Workflow) -> Conflict:
    return Conflict(
        "CONFLICT", "Someone else changed this workflow since you opened it.", revision=workflow.revision
    )


def _startable(workflow: Workflow) -> Startable:
    if workflow.status != Status.ACTIVE or workflow.active_version_id is None:
        why = _WHY_NOT.get(Status(workflow.status), _WHY_NOT[Status.DRAFT])
        why = "It has been deleted." if workflow.deleted_at else why
        raise Conflict(
            "WORKFLOW_NOT_ACTIVE",
            f"Nobody can be added to “{workflow.name}” now. {why}",
            status=workflow.status,
        )
    return _version_of(workflow)


def _version_of(workflow: Workflow) -> Startable:
    assert workflow.active_version_id is not None
    version = queries.version_by_id(workflow.account_id, workflow.active_version_id)
    assert version is not None
    steps = version.parsed.steps
    return Startable(
        workflow_id=workflow.id,
        public_id=workflow.public_id,
        name=workflow.name,
        version_id=version.id,
        number=version.number,
        first_step=steps[0].id or None if steps else None,
        enroll_again=workflow.enroll_again,
    )

"""The life of a workflow: activating keeps a version, pausing and archiving stop new people."""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid
from app.workflows.application.lookup import find_workflow
from app.workflows.domain import Status, TransitionRefused, change, problems
from app.workflows.infrastructure import store
from app.workflows.infrastructure.tables import Workflow


def activate(actor: Actor, public_id: str) -> Workflow:
    """Check the whole definition and keep it as the next version, which people are enrolled into from now on.

    An active workflow whose definition has changed gets a new version too. Raises Invalid (`problems`: a list
    of {step, field, message}) and Conflict.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = find_workflow(actor, public_id)
        if workflow.status != Status.ACTIVE:
            _check(workflow, Status.ACTIVE)
        found = problems(workflow.definition)
        if found:
            raise Invalid(
                "VALIDATION_ERROR",
                f"It cannot be activated yet. {found[0].step_name}: {found[0].message}",
                problems=[
                    {"step": item.step_id, "name": item.step_name, "field": item.field, "message": item.message}
                    for item in found
                ],
            )
        version = store.add_version(workflow, workflow.definition, actor.user_id)
        _change(workflow, status=Status.ACTIVE.value, active_version_id=version.id)
        activity.record(
            actor, "workflow_activated", "workflow", public_id, name=workflow.name, version=version.number
        )
    return find_workflow(actor, public_id)


def pause(actor: Actor, public_id: str) -> Workflow:
    """Take in nobody for now; running bulk enrollments pause with it. Raises Conflict."""
    return _move(actor, public_id, Status.PAUSED, "workflow_paused")


def archive(actor: Actor, public_id: str) -> Workflow:
    """Take in nobody any more. Raises Conflict."""
    return _move(actor, public_id, Status.ARCHIVED, "workflow_archived")


def _move(actor: Actor, public_id: str, to: Status, action: str) -> Workflow:
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = find_workflow(actor, public_id)
        _check(workflow, to)
        _change(workflow, status=to.value)
        activity.record(actor, action, "workflow", public_id, name=workflow.name)
    return find_workflow(actor, public_id)


def _check(workflow: Workflow, to: Status) -> None:
    try:
        change(workflow.status, to)
    except TransitionRefused as refused:
        raise Conflict("CONFLICT", str(refused)) from None


def _change(workflow: Workflow, **values: object) -> None:
    if not store.change(workflow.account_id, workflow.id, workflow.revision, **values):
        raise Conflict("CONFLICT", "Somebody has just changed this workflow. Look at it again, then repeat.")

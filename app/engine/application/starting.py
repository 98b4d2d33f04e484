"""Starting a workflow: people who are held begin, and whoever is enrolled later begins at once."""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.engine.domain import EnrollmentStatus
from app.engine.infrastructure import counts, positions
from app.engine.infrastructure.counts import Place
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict
from app.workflows import application as workflows
from app.workflows.domain import Status

START_TASK = "engine.release_held"
AT_ONCE = 5_000


def start_held(actor: Actor, public_id: str) -> int:
    """Let everybody who is held in a workflow begin; return how many there are.

    A second click does no harm. Raises NotFound, and Conflict if the workflow is not active.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = workflows.find_workflow(actor, public_id)
        if workflow.status != Status.ACTIVE:
            raise Conflict("WORKFLOW_NOT_ACTIVE", "Activate this workflow first.", status=workflow.status)
        held = counts.by_status(actor.account_id, workflow.id).get(EnrollmentStatus.HELD, 0)
        if workflow.held_until_started or held:
            workflows.begin_at_once(actor.account_id, workflow.id)
            activity.record(actor, "workflow_started", "workflow", public_id, name=workflow.name, people=held)
            workflow_id = workflow.id
            after_commit(lambda: queue.send(START_TASK, actor.account_id, workflow_id))
    return held


def release_held(account_id: int, workflow_id: int) -> None:
    """Let the held enrollments of a started workflow begin, in pieces."""
    while _release(account_id, workflow_id):
        pass


def resume_releasing() -> None:
    """Send the task again for workflows that were started and still have held enrollments."""
    for account_id, workflow_id in positions.started_but_held():
        queue.send(START_TASK, account_id, workflow_id)


def _release(account_id: int, workflow_id: int) -> int:
    with transaction():
        if workflows.is_held(account_id, workflow_id):
            return 0
        begun = positions.release(account_id, workflow_id, now(), AT_ONCE)
        changes = {}
        for (version_id, step_id), number in begun.items():
            place = Place(workflow_id, version_id, step_id or "", EnrollmentStatus.HELD.value)
            changes[place] = -number
            changes[place._replace(status=EnrollmentStatus.ACTIVE.value)] = number
        counts.change(account_id, changes)
    return sum(begun.values())

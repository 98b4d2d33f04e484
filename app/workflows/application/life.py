"""The life cycle of a workflow: activation creates a version, pausing stops new enrollments, and archiving
ends those under way, too."""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.workflows.application.judging import raise_if_faulty
from app.workflows.application.lookup import change, find_workflow
from app.workflows.application.panels import settle_activation, settle_archival
from app.workflows.application.readiness import Ask, question_about
from app.workflows.domain import Status, refusal
from app.workflows.infrastructure import queries, store
from app.workflows.infrastructure.tables import Workflow


def activate(actor: Actor, public_id: str, ask: Ask = Ask.NOTHING_LIVE) -> Workflow:
    """Validate the definition and make it the version that people are enrolled into.

    A definition equal to the last version creates no new one, so a second click has no effect, and a paused
    workflow resumes with the same version. Raises NotFound, Invalid (`problems`: a list of {step, name,
    field, message}), Conflict, and ActivationQuestion if something is missing that `ask` requires asking
    about.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = find_workflow(actor, public_id)
        version = queries.version_by_id(workflow.account_id, workflow.active_version_id or 0)
        is_up_to_date = version is not None and version.definition == workflow.definition
        if workflow.status != Status.ACTIVE:
            _check(workflow, Status.ACTIVE)
        elif is_up_to_date:
            return workflow
        raise_if_faulty(actor.account_id, workflow.parsed, public_id, "This workflow can’t be activated yet.")
        if question := question_about(actor.account_id, workflow, ask):
            raise question
        if version is None or not is_up_to_date:
            version = store.add_version(workflow, workflow.definition, actor.user_id)
        change(workflow, workflow.revision, status=Status.ACTIVE.value, active_version_id=version.id)
        settle_activation(actor.account_id, workflow.id, now())
        activity.record(
            actor, "workflow_activated", "workflow", public_id, name=workflow.name, version=version.number
        )
    return find_workflow(actor, public_id)


def resume(actor: Actor, public_id: str) -> Workflow:
    """Let a paused workflow go on with the version that was active. Changes since then stay as they are, and
    nothing is asked, because people went through this version before.

    A workflow that is active stays as it is. Raises NotFound, Conflict.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = find_workflow(actor, public_id)
        if workflow.status == Status.ACTIVE:
            return workflow
        version = queries.version_by_id(workflow.account_id, workflow.active_version_id or 0)
        if workflow.status != Status.PAUSED or version is None:
            raise Conflict("CONFLICT", "Only a paused workflow can be resumed.", status=workflow.status)
        change(workflow, workflow.revision, status=Status.ACTIVE.value)
        settle_activation(actor.account_id, workflow.id, now())
        activity.record(
            actor, "workflow_activated", "workflow", public_id, name=workflow.name, version=version.number
        )
    return find_workflow(actor, public_id)


def version_before_changes(actor: Actor, workflow: Workflow) -> int | None:
    """Return the number of the version that people are enrolled into, if the workflow has been changed
    since."""
    accounts.require(actor, Permission.REPORTS)
    version = queries.version_by_id(actor.account_id, workflow.active_version_id or 0)
    is_changed = version is not None and version.definition != workflow.definition
    return version.number if version is not None and is_changed else None


def pause(actor: Actor, public_id: str, why: str = "") -> Workflow:
    """Stop new enrollments for now; running bulk enrollments pause, too. `why` is a sentence, if Muster does
    it.

    A workflow that is paused stays as it is. Raises NotFound, Conflict.
    """
    return _move(actor, public_id, Status.PAUSED, "workflow_paused", why)


def archive(actor: Actor, public_id: str) -> Workflow:
    """Stop new enrollments for good; the contacts in the workflow leave it. Raises NotFound, Conflict."""
    return _move(actor, public_id, Status.ARCHIVED, "workflow_archived")


def _move(actor: Actor, public_id: str, to: Status, action: str, why: str = "") -> Workflow:
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = find_workflow(actor, public_id)
        if workflow.status == to:
            return workflow
        _check(workflow, to)
        change(workflow, workflow.revision, status=to.value)
        if to == Status.ARCHIVED:
            settle_archival(actor.account_id, workflow.id, now())
        facts = {"name": workflow.name} | ({"reason": why} if why else {})
        activity.record(actor, action, "workflow", public_id, **facts)
    return find_workflow(actor, public_id)


def _check(workflow: Workflow, to: Status) -> None:
    if why := refusal(workflow.status, to):
        raise Conflict("CONFLICT", why, status=workflow.status)

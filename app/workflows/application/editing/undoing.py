"""Undoing and redoing the last edits of a workflow’s steps, whoever made them.

Both raise NotFound, Conflict if the workflow was changed since `revision`, and Invalid if there is no such
edit.
"""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid
from app.workflows.application.editing.structure import Edited
from app.workflows.application.lookup import change, editable, find_workflow
from app.workflows.domain import Definition, Step, parse
from app.workflows.infrastructure import store
from app.workflows.infrastructure.tables import Workflow


def undo(actor: Actor, public_id: str, revision: int) -> Edited:
    """Go back to the definition before the last edit."""
    return _restored(actor, "workflow_edit_undone", public_id, revision, False)


def redo(actor: Actor, public_id: str, revision: int) -> Edited:
    """Go forward to the definition after the edit that was undone last."""
    return _restored(actor, "workflow_edit_redone", public_id, revision, True)


def forget_edits(workflow: Workflow) -> None:
    """End what can be undone and redone, because a change that is not an edit belongs to the definition. To
    be called in the transaction of that change."""
    store.forget_edits(workflow)


def _restored(actor: Actor, action: str, public_id: str, revision: int, undone: bool) -> Edited:
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        before = workflow.parsed
        definition = store.take_edit(workflow, undone=undone)
        if definition is None:
            raise Invalid("VALIDATION_ERROR", f"There is nothing to {'redo' if undone else 'undo'}.")
        change(workflow, revision, keeps_former=False, definition=definition)
        activity.record(actor, action, "workflow", public_id, name=workflow.name)
    return Edited(find_workflow(actor, public_id), _changed_step(before, parse(definition)))


def _changed_step(before: Definition, after: Definition) -> str:
    """Return the id of the first step that differs most closely: not the fork around it; empty for none."""
    found = [step for step in after.all_steps if step.id and _differs(before.step(step.id), step)]
    deepest = max((step.depth for step in found), default=0)
    return next((step.id for step in found if step.depth == deepest), "")


def _differs(old: Step | None, new: Step) -> bool:
    return old is None or (old.enabled, dict(old.config)) != (new.enabled, dict(new.config))

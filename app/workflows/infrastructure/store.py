"""Writes to workflows. Each change increments the revision and requires the one that the caller read."""

from typing import Any, Final

import sqlalchemy as sa

from app.platform.clock import now
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow, WorkflowEdit, WorkflowVersion

MAX_EDITS: Final = 50


def add(workflow: Workflow) -> Workflow:
    session().add(workflow)
    session().flush()
    return workflow


def change(account_id: int, workflow_id: int, revision: int, **values: Any) -> bool:
    """Change a workflow that is still at `revision`. Return False if it has been changed since."""
    changed = session().execute(
        sa.update(Workflow)
        .where(Workflow.account_id == account_id, Workflow.id == workflow_id, Workflow.revision == revision)
        .values(revision=Workflow.revision + 1, updated_at=now(), **values)
        .returning(Workflow.id),
        execution_options={"synchronize_session": False},
    )
    return changed.scalar() is not None


def begin_at_once(account_id: int, workflow_id: int) -> None:
    """Record that the workflow has been started. The definition stays as it is, so the revision does, too."""
    session().execute(
        sa.update(Workflow)
        .where(Workflow.account_id == account_id, Workflow.id == workflow_id)
        .values(held_until_started=False),
        execution_options={"synchronize_session": False},
    )


def add_version(workflow: Workflow, definition: dict[str, Any], user_id: int | None) -> WorkflowVersion:
    """Add a definition as the workflow's next version."""
    last = session().scalar(
        sa.select(sa.func.max(WorkflowVersion.number)).where(
            WorkflowVersion.account_id == workflow.account_id, WorkflowVersion.workflow_id == workflow.id
        )
    )
    version = WorkflowVersion(
        account_id=workflow.account_id,
        workflow_id=workflow.id,
        number=(last or 0) + 1,
        definition=definition,
        created_by=user_id,
    )
    session().add(version)
    session().flush()
    return version


def keep_former(workflow: Workflow, definition: dict[str, Any]) -> None:
    """Keep the definition before an edit, to go back to. What was undone before can’t be redone any more, and
    only the last edits are kept."""
    mine = sa.and_(WorkflowEdit.account_id == workflow.account_id, WorkflowEdit.workflow_id == workflow.id)
    session().execute(sa.delete(WorkflowEdit).where(mine, WorkflowEdit.is_undone))
    session().add(
        WorkflowEdit(account_id=workflow.account_id, workflow_id=workflow.id, definition=definition)
    )
    session().flush()
    too_old = (
        sa.select(WorkflowEdit.id).where(mine).order_by(WorkflowEdit.id.desc()).offset(MAX_EDITS).limit(1)
    )
    oldest = session().scalar(too_old)
    if oldest is not None:
        session().execute(sa.delete(WorkflowEdit).where(mine, WorkflowEdit.id <= oldest))


def forget_edits(workflow: Workflow) -> None:
    """Delete the former definitions, also those that were undone."""
    mine = sa.and_(WorkflowEdit.account_id == workflow.account_id, WorkflowEdit.workflow_id == workflow.id)
    session().execute(sa.delete(WorkflowEdit).where(mine))


def take_edit(workflow: Workflow, *, undone: bool) -> dict[str, Any] | None:
    """Return the definition before the last edit that is not undone, or after the first that is; the current
    one takes its place. None if there is none."""
    order = WorkflowEdit.id if undone else WorkflowEdit.id.desc()
    edit = session().scalar(
        sa.select(WorkflowEdit)
        .where(
            WorkflowEdit.account_id == workflow.account_id,
            WorkflowEdit.workflow_id == workflow.id,
            WorkflowEdit.is_undone == undone,
        )
        .order_by(order)
        .limit(1)
    )
    if edit is None:
        return None
    former: dict[str, Any] = edit.definition
    edit.definition, edit.is_undone = workflow.definition, not undone
    session().flush()
    return former

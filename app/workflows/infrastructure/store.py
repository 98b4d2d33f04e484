"""Writes to workflows. Each change increments the revision and requires the one that the caller read."""

from typing import Any

import sqlalchemy as sa

from app.platform.clock import now
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion


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

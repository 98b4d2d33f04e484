"""Reading workflows."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.platform.database import session
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

_AFRESH = {"populate_existing": True}


def workflow_by_public_id(account_id: int, public_id: str) -> Workflow | None:
    if not is_public_id(public_id):
        return None
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.public_id == public_id)
    return session().scalar(query, execution_options=_AFRESH)


def workflow_by_id(account_id: int, workflow_id: int) -> Workflow | None:
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    return session().scalar(query, execution_options=_AFRESH)


def workflows_named(account_id: int, name: str) -> Sequence[Workflow]:
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.name == name)
    return session().scalars(query.order_by(Workflow.id)).all()


def workflows_page(
    account_id: int, status: str | None, search: str, before: int | None, limit: int = 25
) -> Sequence[Workflow]:
    """Newest first, with an id under `before`."""
    query = sa.select(Workflow).where(Workflow.account_id == account_id).order_by(Workflow.id.desc()).limit(limit)
    if status:
        query = query.where(Workflow.status == status)
    if search:
        query = query.where(Workflow.name.icontains(search, autoescape=True))
    if before:
        query = query.where(Workflow.id < before)
    return session().scalars(query).all()


def count_by_status(account_id: int) -> dict[str, int]:
    rows = session().execute(
        sa.select(Workflow.status, sa.func.count()).where(Workflow.account_id == account_id).group_by(Workflow.status)
    )
    return {status: count for status, count in rows}


def version_by_id(account_id: int, version_id: int) -> WorkflowVersion | None:
    return session().scalar(
        sa.select(WorkflowVersion).where(WorkflowVersion.account_id == account_id, WorkflowVersion.id == version_id)
    )

"""Reading who is where."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
from app.workflows.infrastructure.tables import Workflow


def counts_by_status(account_id: int, workflow_id: int) -> dict[str, int]:
    """{enrollment status: how many} of a workflow."""
    rows = session().execute(
        sa.select(Enrollment.status, sa.func.count())
        .where(Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id)
        .group_by(Enrollment.status)
    )
    return {status: count for status, count in rows}


def people_under_way(account_id: int, workflow_ids: Sequence[int]) -> dict[int, int]:
    """{workflow id: how many people are in it now}."""
    rows = session().execute(
        sa.select(Enrollment.workflow_id, sa.func.count())
        .where(
            Enrollment.account_id == account_id,
            Enrollment.workflow_id.in_(workflow_ids),
            Enrollment.status.in_(("held", "active")),
        )
        .group_by(Enrollment.workflow_id)
    )
    return {workflow_id: count for workflow_id, count in rows}


def enrollments_of_contact(account_id: int, contact_id: int) -> Sequence[tuple[Enrollment, str, str]]:
    """(enrollment, workflow's name, workflow's public id) of one contact, newest first."""
    rows = session().execute(
        sa.select(Enrollment, Workflow.name, Workflow.public_id)
        .join(Workflow, sa.and_(Workflow.id == Enrollment.workflow_id, Workflow.account_id == account_id))
        .where(Enrollment.account_id == account_id, Enrollment.contact_id == contact_id)
        .order_by(Enrollment.id.desc())
        .limit(100)
    )
    return [(enrollment, name, public_id) for enrollment, name, public_id in rows]

"""The number of enrollments that passed each step, by day and result, kept by those who take them on, in the
same transaction. See `summed_parts`."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from app.engine.infrastructure.counters import summed_parts
from app.engine.infrastructure.tables import Enrollment, PassedStep, StepCount
from app.platform.database import BigInt, session
from app.workflows.infrastructure.tables import WorkflowVersion


class Passage(NamedTuple):
    """Passing a step of a version on a day, with a result."""

    version_id: int
    step_id: str
    day: date
    result: str


def add(account_id: int, passages: Mapping[Passage, int]) -> None:
    """Add to the numbers, in the transaction that takes the enrollments on."""
    for passage, enrollments in sorted(passages.items()):
        summed_parts.change(StepCount.__table__, account_id, passage._asdict(), enrollments)


def by_step(account_id: int, workflow_id: int) -> dict[tuple[str, str], int]:
    """Return {(step id, result): number of enrollments that passed} in all versions of a workflow."""
    versions = sa.select(WorkflowVersion.id).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.workflow_id == workflow_id
    )
    query = (
        sa.select(StepCount.step_id, StepCount.result, sa.cast(sa.func.sum(StepCount.enrollments), BigInt))
        .where(StepCount.account_id == account_id, StepCount.version_id.in_(versions))
        .group_by(StepCount.step_id, StepCount.result)
    )
    return {(row[0], row[1]): row[2] for row in session().execute(query)}


def counted(account_id: int, workflow_id: int) -> dict[tuple[str, str], int]:
    """Return the same, counted one by one. Slow."""
    theirs = sa.select(Enrollment.id).where(
        Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id
    )
    query = (
        sa.select(PassedStep.step_id, PassedStep.result, sa.func.count())
        .where(PassedStep.account_id == account_id, PassedStep.enrollment_id.in_(theirs))
        .group_by(PassedStep.step_id, PassedStep.result)
    )
    return {(row[0], row[1]): row[2] for row in session().execute(query)}

"""The number of enrollments that passed each step, by result and by the day (UTC) on which they began, kept
by those who take them on, in the same transaction. See `summed_parts`."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.infrastructure.tables import Enrollment, PassedStep, StepCount
from app.platform.database import BigInt, session, summed_parts
from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import read_built
from app.workflows.infrastructure.tables import WorkflowVersion


class Passage(NamedTuple):
    """Passing a step of a version with a result, of those who were enrolled on a day."""

    version_id: int
    step_id: str
    day: date
    result: str


def add(account_id: int, passages: Mapping[Passage, int]) -> None:
    """Add to the numbers, in the transaction that takes the enrollments on."""
    summed_parts.change_many(StepCount.__table__, account_id, passages)


def by_step(account_id: int, workflow_id: int) -> dict[tuple[str, str], int]:
    """Return {(step id, result): number of enrollments that passed} in all versions of a workflow."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return {(row[0], row[1]): row[2] for row in read_built(_by_step(), values)}


@lru_cache
def _by_step() -> sa.Select[Any]:
    one, versions = StepCount.__table__.c, _versions(id_param("of_account"), id_param("of_workflow"))
    return (
        sa.select(one.step_id, one.result, _sum())
        .where(one.account_id == id_param("of_account"), one.version_id.in_(versions))
        .group_by(one.step_id, one.result)
    )


def in_days(
    account_id: int, workflow_id: int, first: date, last: date
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return {(step id, result): (number that passed, latest version)} of those who were enrolled on these
    days."""
    one = StepCount
    query = (
        sa.select(one.step_id, one.result, _sum(), sa.func.max(one.version_id))
        .where(
            one.account_id == account_id,
            one.version_id.in_(_versions(account_id, workflow_id)),
            one.day >= first,
            one.day <= last,
        )
        .group_by(one.step_id, one.result)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in session().execute(query)}


def kept(account_id: int, workflow_id: int) -> dict[tuple[str, str, date], int]:
    """Return {(step id, result, day): number of enrollments} of a workflow."""
    one = StepCount
    query = (
        sa.select(one.step_id, one.result, one.day, _sum())
        .where(one.account_id == account_id, one.version_id.in_(_versions(account_id, workflow_id)))
        .group_by(one.step_id, one.result, one.day)
    )
    return {(row[0], row[1], row[2]): row[3] for row in session().execute(query)}


def counted(account_id: int, workflow_id: int) -> dict[tuple[str, str, date], int]:
    """Return the same, counted one by one. Slow."""
    day = sa.func.date(Enrollment.enrolled_at, type_=sa.Date)
    query = (
        sa.select(PassedStep.step_id, PassedStep.result, day, sa.func.count())
        .join(Enrollment, Enrollment.id == PassedStep.enrollment_id)
        .where(
            PassedStep.account_id == account_id,
            Enrollment.account_id == account_id,
            Enrollment.workflow_id == workflow_id,
        )
        .group_by(PassedStep.step_id, PassedStep.result, day)
    )
    return {(row[0], row[1], row[2]): row[3] for row in session().execute(query)}


def correct(account_id: int, workflow_id: int, changes: Mapping[tuple[str, str, date], int]) -> None:
    """Add to the numbers, given as {(step id, result, day): number}, what they lack. Which version people
    were in when they passed a step is not known afterwards; it is taken to be the step's latest one."""
    versions = _latest_versions(account_id, workflow_id)
    passages = {
        Passage(versions[step_id], step_id, day, result): more
        for (step_id, result, day), more in changes.items()
    }
    summed_parts.correct_many(StepCount.__table__, account_id, passages)


def _latest_versions(account_id: int, workflow_id: int) -> dict[str, int]:
    """Return {step id: latest version} of the steps that people have passed, or are said to have passed."""
    passed = (
        sa.select(PassedStep.step_id, Enrollment.version_id)
        .join(Enrollment, Enrollment.id == PassedStep.enrollment_id)
        .where(
            PassedStep.account_id == account_id,
            Enrollment.account_id == account_id,
            Enrollment.workflow_id == workflow_id,
        )
    )
    said = sa.select(StepCount.step_id, StepCount.version_id).where(
        StepCount.account_id == account_id, StepCount.version_id.in_(_versions(account_id, workflow_id))
    )
    found: dict[str, int] = {}
    for query in (passed, said):
        one = query.subquery().c
        latest = sa.select(one.step_id, sa.func.max(one.version_id)).group_by(one.step_id)
        for step_id, version_id in session().execute(latest):
            found[step_id] = max(version_id, found.get(step_id, 0))
    return found


def _versions(account_id: Any, workflow_id: Any) -> sa.Select[int]:
    return sa.select(WorkflowVersion.id).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.workflow_id == workflow_id
    )


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(StepCount.enrollments), BigInt)

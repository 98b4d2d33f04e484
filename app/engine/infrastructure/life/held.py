"""Enrollments that are held until somebody starts their workflow."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.engine.domain import EnrollmentStatus
from app.engine.infrastructure.conditions import in_workflow
from app.engine.infrastructure.tables import Enrollment, PacedStart
from app.platform.database import is_sqlite
from app.platform.database.many_rows import constant, execute_built, id_param, is_there, moment_param
from app.platform.database.short_reads import read_built
from app.workflows.infrastructure.tables import Workflow

_enrollments = Enrollment.__table__


def release(
    account_id: int, workflow_id: int, at: datetime, limit: int
) -> Mapping[tuple[int, str | None], int]:
    """Let up to `limit` held enrollments of a workflow begin; return {(version id, step id): number}."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "at": at, "most": limit}
    return Counter(
        (version_id, step_id) for version_id, step_id in execute_built(_release(is_sqlite()), values)
    )


def has_held(account_id: int, workflow_id: int) -> bool:
    """Return whether a workflow has held enrollments."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return bool(execute_built(_has_held(is_sqlite()), values).scalar())


def started_but_held(at: datetime) -> list[tuple[int, int]]:
    """Return (account id, id) of workflows of all accounts that were started and have held enrollments, some
    of which may begin now."""
    return [
        (row[0], row[1]) for row in read_built(_started_but_held(is_sqlite()), {"at": at}, cross_account=True)
    ]


@lru_cache
def _has_held(on_sqlite: bool) -> sa.Select[Any]:
    one = _enrollments.c
    held = sa.select(one.id).where(
        *in_workflow(one, id_param("of_account"), id_param("of_workflow"), on_sqlite),
        one.status == constant(EnrollmentStatus.HELD.value),
    )
    return sa.select(is_there(held))


@lru_cache
def _started_but_held(on_sqlite: bool) -> sa.Select[Any]:
    one, workflow = _enrollments.c, Workflow.__table__.c
    is_held = one.status == constant(EnrollmentStatus.HELD.value)
    held = sa.select(one.id).where(*in_workflow(one, workflow.account_id, workflow.id, on_sqlite), is_held)
    pace = PacedStart.__table__.c
    is_later = sa.select(pace.workflow_id).where(
        pace.workflow_id == workflow.id, pace.next_at > sa.bindparam("at", type_=pace.next_at.type)
    )
    return sa.select(workflow.account_id, workflow.id).where(
        workflow.status == constant("active"),
        workflow.held_until_started.is_(sa.false()),
        is_there(held),
        ~is_there(is_later),
    )


@lru_cache
def _release(on_sqlite: bool) -> sa.Update:
    """Chosen in a common table expression: PostgreSQL may run a subquery several times, and its limit would
    then permit more."""
    one = _enrollments.c
    held = (
        sa.select(one.id)
        .where(
            *in_workflow(one, id_param("of_account"), id_param("of_workflow"), on_sqlite),
            one.status == constant(EnrollmentStatus.HELD.value),
        )
        .order_by(one.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    return (
        sa.update(_enrollments)
        .where(one.account_id == id_param("of_account"), one.id.in_(sa.select(held.c.id)))
        .values(status=EnrollmentStatus.ACTIVE.value, due_at=moment_param("at"), moved_at=moment_param("at"))
        .returning(one.version_id, one.step_id)
    )

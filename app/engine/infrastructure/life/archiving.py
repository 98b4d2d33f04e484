"""Contacts who leave a workflow that has been archived."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.domain import UNDER_WAY, EndReason, EnrollmentStatus
from app.engine.infrastructure.conditions import in_workflow
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import is_sqlite
from app.platform.database.many_rows import constant, constants, execute_built, id_param, is_there, off_index
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.domain import Status
from app.workflows.infrastructure.tables import Workflow

_enrollments = Enrollment.__table__


class UnderWay(NamedTuple):
    """An enrollment that has not ended, and where it stands."""

    id: int
    contact_id: int
    version_id: int
    step_id: str | None
    status: str
    enrolled_at: datetime


def claim(account_id: int, workflow_id: int, limit: int) -> list[UnderWay]:
    """Lock up to `limit` enrollments of a workflow that have not ended, oldest first; those that another
    transaction has locked are passed over."""
    found: list[UnderWay] = []
    for status in UNDER_WAY:
        values = {"of_account": account_id, "of_workflow": workflow_id, "most": limit - len(found)}
        found += [UnderWay._make(row) for row in execute_built(_claim(status.value, is_sqlite()), values)]
    return found


def archived_with_people() -> list[tuple[int, int]]:
    """Return (account id, id) of archived workflows of all accounts with enrollments that have not ended."""
    return [
        (row[0], row[1]) for row in read_built(_archived_with_people(is_sqlite()), {}, cross_account=True)
    ]


def end(account_id: int, ids: Sequence[int], at: datetime) -> None:
    """End claimed enrollments because their workflow has been archived."""
    execute_built(_end(is_sqlite()), {"of_account": account_id, "ids": ids, "at": at})


@lru_cache
def _claim(status: str, on_sqlite: bool) -> sa.Select[Any]:
    one = _enrollments.c
    return (
        sa.select(*(one[name] for name in UnderWay._fields))
        .where(
            *in_workflow(one, id_param("of_account"), id_param("of_workflow"), on_sqlite),
            one.status == constant(status),
        )
        .order_by(one.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _end(on_sqlite: bool) -> sa.Update:
    one = _enrollments.c
    of_account = off_index(one.account_id, on_sqlite) == id_param("of_account")
    return (
        sa.update(_enrollments)
        .where(of_account, in_ids(one.id, "ids", on_sqlite))
        .values(
            status=EnrollmentStatus.WITHDRAWN.value,
            end_reason=EndReason.ARCHIVED.value,
            ended_at=sa.bindparam("at", type_=one.ended_at.type),
            due_at=sa.null(),
            waits_for=sa.null(),
        )
    )


@lru_cache
def _archived_with_people(on_sqlite: bool) -> sa.Select[Any]:
    one, workflow = _enrollments.c, Workflow.__table__.c
    theirs = sa.select(one.id).where(
        *in_workflow(one, workflow.account_id, workflow.id, on_sqlite), one.status.in_(constants(UNDER_WAY))
    )
    return sa.select(workflow.account_id, workflow.id).where(
        workflow.status == constant(Status.ARCHIVED.value), is_there(theirs)
    )

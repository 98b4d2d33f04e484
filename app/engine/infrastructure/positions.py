"""Where enrollments stand: claiming those that are due, and taking them on. All by set.

A claim is a lock, held until the transaction that takes the enrollments on. So nothing has to be given back
when a worker dies, and two workers never have the same enrollments.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.domain import EndReason, EnrollmentStatus, WaitsFor
from app.engine.infrastructure.tables import Enrollment, PassedStep
from app.platform.database import is_sqlite
from app.platform.database.many_rows import (
    around,
    constant,
    execute_built,
    id_param,
    moment_param,
    off_index,
    row_list,
)
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

_enrollments, _passed = Enrollment.__table__, PassedStep.__table__
_DUE = {name: _enrollments.c[name].type for name in ("id", "due_at")}
_ONE: Any = sa.literal_column("1")
_IS_ACTIVE = constant(EnrollmentStatus.ACTIVE.value)


class Claimed(NamedTuple):
    """An enrollment that a transaction takes on. `enrolled_on` is the day (UTC) in ISO 8601: thousands share
    one, and reading it as a date would take longer than all else about them."""

    id: int
    contact_id: int
    step_id: str | None
    waits_for: str | None
    visit: int
    enrolled_on: str


class DueVersion(NamedTuple):
    """A version with enrollments that are due."""

    account_id: int
    version_id: int


def due_versions(at: datetime) -> list[DueVersion]:
    """Return the versions of all accounts with enrollments that are due, of workflows that are active.

    Each version of such a workflow takes one look into the index, however many enrollments wait in it. The
    look names the account, so that it takes one partition where the table is divided by account.
    """
    return [DueVersion(*row) for row in read_built(_due_versions(), {"at": at}, cross_account=True)]


def claim(account_id: int, version_id: int, at: datetime, limit: int) -> list[Claimed]:
    """Lock up to `limit` enrollments of a version that are due, beginning with those due first; return them
    by id. Enrollments that another transaction has locked are passed over."""
    values = {"of_account": account_id, "of_version": version_id, "at": at, "most": limit}
    return sorted(map(Claimed._make, execute_built(_claim(), values).all()))


def go_to(
    account_id: int,
    ids: Sequence[int],
    step_id: str,
    waits_for: WaitsFor | None,
    due_at: datetime | None,
    at: datetime,
) -> None:
    """Let claimed enrollments stand at a step."""
    values = {
        "of_account": account_id,
        "ids": ids,
        "to_step": step_id,
        "to_wait": waits_for.value if waits_for else None,
        "to_due": due_at,
        "at": at,
    }
    execute_built(_go_to(is_sqlite()), values)


def go_to_each(
    account_id: int,
    due: Mapping[int, datetime | None],
    step_id: str,
    waits_for: WaitsFor | None,
    at: datetime,
) -> None:
    """Let claimed enrollments, given as {id: when it is due}, stand at a step."""
    rows = row_list(_DUE, sorted(due.items()))
    values = {
        "of_account": account_id,
        "to_step": step_id,
        "to_wait": waits_for.value if waits_for else None,
        "at": at,
    }
    execute_built(around(_go_to_each, rows, is_sqlite()), {**rows.values, **values})


def end(
    account_id: int,
    ids: Sequence[int],
    step_id: str | None,
    status: EnrollmentStatus,
    reason: EndReason | None,
    at: datetime,
) -> None:
    """End claimed enrollments, whose last step was `step_id`."""
    values = {
        "of_account": account_id,
        "ids": ids,
        "to_step": step_id,
        "to_status": status.value,
        "to_reason": reason.value if reason else None,
        "at": at,
    }
    execute_built(_end(is_sqlite()), values)


def record_passed(account_id: int, ids: Sequence[int], step_id: str, result: str, at: datetime) -> None:
    """Record that enrollments have passed a step. Fails if one of them has passed it before."""
    values = {"of_account": account_id, "ids": ids, "of_step": step_id, "at": at, "with_result": result}
    execute_built(_record_passed(is_sqlite()), values)


def results_at(account_id: int, ids: Sequence[int], step_id: str) -> Mapping[int, str]:
    """Return {enrollment id: result} of those enrollments that have passed a step, also before somebody had
    them tried again, which is another visit."""
    values = {"of_account": account_id, "ids": ids, "of_step": step_id}
    return {row[0]: row[1] for row in execute_built(_results_at(is_sqlite()), values)}


@lru_cache
def _due_versions() -> sa.Select[Any]:
    one, version, workflow = _enrollments.c, WorkflowVersion.__table__.c, Workflow.__table__.c
    earliest = (
        sa.select(one.due_at)
        .where(
            one.account_id == workflow.account_id,
            one.version_id == version.id,
            one.status == _IS_ACTIVE,
            one.due_at.is_not(None),
        )
        .order_by(one.due_at)
        .limit(_ONE)
        .scalar_subquery()
    )
    return (
        sa.select(workflow.account_id, version.id)
        .join_from(Workflow.__table__, WorkflowVersion.__table__, version.workflow_id == workflow.id)
        .where(workflow.status == constant("active"), earliest <= moment_param("at"))
    )


@lru_cache
def _claim() -> sa.Select[Any]:
    one = _enrollments.c
    day = sa.func.substr(sa.cast(one.enrolled_at, sa.Text), 1, 10, type_=sa.Text)
    return (
        sa.select(*(one[name] for name in Claimed._fields[:-1]), day)
        .where(
            one.account_id == id_param("of_account"),
            one.version_id == id_param("of_version"),
            one.status == _IS_ACTIVE,
            one.due_at <= moment_param("at"),
        )
        .order_by(one.due_at)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _go_to(on_sqlite: bool) -> sa.Update:
    one = _enrollments.c
    return _moved(on_sqlite).values(
        waits_for=sa.bindparam("to_wait", type_=one.waits_for.type), due_at=moment_param("to_due")
    )


@lru_cache
def _go_to_each(rows: sa.Select[Any], on_sqlite: bool) -> sa.Update:
    one, given = _enrollments.c, rows.subquery("given")
    return (
        sa.update(_enrollments)
        .where(off_index(one.account_id, on_sqlite) == id_param("of_account"), one.id == given.c.id)
        .values(
            step_id=_to_step(),
            moved_at=moment_param("at"),
            waits_for=sa.bindparam("to_wait", type_=one.waits_for.type),
            due_at=given.c.due_at,
        )
    )


@lru_cache
def _end(on_sqlite: bool) -> sa.Update:
    one = _enrollments.c
    return _moved(on_sqlite).values(
        status=sa.bindparam("to_status", type_=one.status.type),
        end_reason=sa.bindparam("to_reason", type_=one.end_reason.type),
        ended_at=moment_param("at"),
        due_at=sa.null(),
        waits_for=sa.null(),
    )


def _moved(on_sqlite: bool) -> sa.Update:
    """Let the enrollments with the given ids stand at another step."""
    update = sa.update(_enrollments).where(*_listed(on_sqlite))
    return update.values(step_id=_to_step(), moved_at=moment_param("at"))


@lru_cache
def _record_passed(on_sqlite: bool) -> sa.Insert:
    one = _enrollments.c
    rows = sa.select(
        one.account_id,
        one.id,
        one.visit,
        sa.bindparam("of_step", type_=_passed.c.step_id.type),
        moment_param("at"),
        sa.bindparam("with_result", type_=_passed.c.result.type),
    ).where(*_listed(on_sqlite))
    names = ["account_id", "enrollment_id", "visit", "step_id", "passed_at", "result"]
    return sa.insert(_passed).from_select(names, rows)


@lru_cache
def _results_at(on_sqlite: bool) -> sa.Select[Any]:
    one, passed = _enrollments.c, _passed.c
    return (
        sa.select(passed.enrollment_id, passed.result)
        .select_from(_passed)
        .join(_enrollments, one.id == passed.enrollment_id)
        .where(
            *_listed(on_sqlite),
            passed.account_id == id_param("of_account"),
            passed.step_id == sa.bindparam("of_step", type_=passed.step_id.type),
        )
        .order_by(passed.visit)
    )


def _listed(on_sqlite: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: enrollments of the account with the given ids, looked up by those. SQLite would look
    through all enrollments of the account, which it takes for few."""
    account_id = off_index(_enrollments.c.account_id, on_sqlite)
    return account_id == id_param("of_account"), in_ids(_enrollments.c.id, "ids", on_sqlite)


def _to_step() -> sa.BindParameter[str]:
    return sa.bindparam("to_step", type_=_enrollments.c.step_id.type)

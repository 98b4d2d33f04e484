"""The number of enrollments by workflow, version, step and status, kept by those who write enrollments, in
the same transaction: counting a workflow's million enrollments takes longer than the page that shows their
number. See `summed_parts`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.database import BigInt, is_sqlite, session, summed_parts
from app.platform.database.many_rows import constants, id_param
from app.platform.database.short_reads import in_ids, read_built

_counts = EnrollmentCount.__table__


class Place(NamedTuple):
    """Where enrollments stand; an empty step in a workflow without steps."""

    workflow_id: int
    version_id: int
    step_id: str
    status: str


Changes = Mapping[Place, int]
"""How many more enrollments there are at each place."""


class Difference(NamedTuple):
    """A number that is not that of the enrollments at the place."""

    place: Place
    kept: int
    counted: int


def change(account_id: int, changes: Changes) -> None:
    """Add to the numbers, in the transaction that writes the enrollments."""
    summed_parts.change_many(_counts, account_id, changes)


def correct(account_id: int, wrong: Sequence[Difference]) -> None:
    """Let the numbers be those that were counted."""
    changes = {one.place: one.counted - one.kept for one in wrong}
    summed_parts.correct_many(_counts, account_id, changes)


def by_status(account_id: int, workflow_id: int) -> dict[str, int]:
    """Return {status: number of enrollments} of a workflow."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return {row[0]: row[1] for row in read_built(_of_workflow("status"), values)}


def by_step(account_id: int, workflow_id: int) -> dict[tuple[str, str], int]:
    """Return {(step id, status): number of enrollments} of all versions of a workflow."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return {(row[0], row[1]): row[2] for row in read_built(_of_workflow("step_id", "status"), values)}


@lru_cache
def _of_workflow(*names: str) -> sa.Select[Any]:
    one = _counts.c
    of_workflow = one.account_id == id_param("of_account"), one.workflow_id == id_param("of_workflow")
    by = [one[name] for name in names]
    return sa.select(*by, _sum()).where(*of_workflow).group_by(*by)


def of_workflows(account_ids: Sequence[int], workflow_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return {(workflow id, status): number of enrollments} of workflows of these accounts."""
    values = {"of_accounts": account_ids, "of_workflows": workflow_ids}
    found = read_built(_of_workflows(is_sqlite()), values, cross_account=True)
    return {(row[0], row[1]): row[2] for row in found}


@lru_cache
def _of_workflows(on_sqlite: bool) -> sa.Select[Any]:
    one = _counts.c
    return (
        sa.select(one.workflow_id, one.status, sa.cast(sa.func.sum(one.enrollments), BigInt))
        .where(
            in_ids(one.account_id, "of_accounts", on_sqlite),
            in_ids(one.workflow_id, "of_workflows", on_sqlite),
        )
        .group_by(one.workflow_id, one.status)
    )


def under_way(account_id: int, workflow_ids: Sequence[int]) -> dict[int, int]:
    """Return {workflow id: number of active enrollments}, without workflows that never had one."""
    values = {"of_account": account_id, "of_workflows": workflow_ids}
    return {row[0]: row[1] for row in read_built(_under_way(is_sqlite()), values)}


def active_and_counted(account_id: int, workflow_id: int) -> tuple[int, int]:
    """Return the number of a workflow's active enrollments, counted one by one and as it is kept, as of the
    same moment. Slow."""
    actual = (
        sa.select(sa.func.count())
        .where(
            Enrollment.account_id == account_id,
            Enrollment.workflow_id == workflow_id,
            Enrollment.status.in_(UNDER_WAY),
        )
        .scalar_subquery()
    )
    kept = (
        sa.select(sa.func.coalesce(_sum(), 0))
        .where(
            EnrollmentCount.account_id == account_id,
            EnrollmentCount.workflow_id == workflow_id,
            EnrollmentCount.status.in_(UNDER_WAY),
        )
        .scalar_subquery()
    )
    found = session().execute(sa.select(actual, kept)).one()
    return found[0], found[1]


def counted(account_id: int, workflow_id: int) -> int:
    """Return the number of all enrollments of a workflow, counted one by one. Slow."""
    query = sa.select(sa.func.count()).where(
        Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id
    )
    return session().scalar(query) or 0


def differences(account_id: int, workflow_id: int | None = None) -> list[Difference]:
    """Return where the numbers differ from the enrollments, as of the same moment: of a workflow, or of all.
    Slow."""
    kept = sa.select(
        *(EnrollmentCount.__table__.c[name] for name in Place._fields),
        EnrollmentCount.enrollments.label("kept"),
        sa.literal(0, BigInt).label("counted"),
    ).where(EnrollmentCount.account_id == account_id, *_only(EnrollmentCount, workflow_id))
    place = [
        Enrollment.workflow_id,
        Enrollment.version_id,
        sa.func.coalesce(Enrollment.step_id, sa.literal_column("''")),
        Enrollment.status,
    ]
    counted = (
        sa.select(*place, sa.literal(0, BigInt), sa.func.count(Enrollment.id))
        .where(Enrollment.account_id == account_id, *_only(Enrollment, workflow_id))
        .group_by(*place)
    )
    both = kept.union_all(counted).subquery()
    sums = [sa.cast(sa.func.sum(both.c[name]), BigInt) for name in ("kept", "counted")]
    by = [both.c[name] for name in Place._fields]
    query = sa.select(*by, *sums).group_by(*by).having(sums[0] != sums[1]).order_by(*by)
    return [Difference(Place(*row[:4]), row[4], row[5]) for row in session().execute(query)]


def _only(table: Any, workflow_id: int | None) -> list[sa.ColumnElement[bool]]:
    return [] if workflow_id is None else [table.workflow_id == workflow_id]


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(_counts.c.enrollments), BigInt)


@lru_cache
def _under_way(on_sqlite: bool) -> sa.Select[Any]:
    one = _counts.c
    return (
        sa.select(one.workflow_id, _sum())
        .where(
            one.account_id == id_param("of_account"),
            in_ids(one.workflow_id, "of_workflows", on_sqlite),
            one.status.in_(constants(UNDER_WAY)),
        )
        .group_by(one.workflow_id)
    )

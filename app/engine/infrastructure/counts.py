"""The number of enrollments of each workflow by status, kept by those who write enrollments, in the same
transaction: counting a workflow's million enrollments takes longer than the page that shows their number.

A number is the sum of several rows. A transaction changes one that no other transaction is changing, or adds
one. So nobody waits for a row, and there are never more rows than there were writers at once.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.database import BigInt, is_sqlite, session
from app.platform.database.many_rows import constants, execute_built
from app.platform.database.short_reads import in_ids, read_built

_counts = EnrollmentCount.__table__

Changes = Mapping[tuple[int, str], int]
"""{(workflow id, status): how many more enrollments there are}"""


class Difference(NamedTuple):
    """A number that is not that of the enrollments of the workflow with the status."""

    workflow_id: int
    status: str
    kept: int
    counted: int


def change(account_id: int, changes: Changes) -> None:
    """Add to the numbers, in the transaction that writes the enrollments."""
    for (workflow_id, status), enrollments in changes.items():
        if not enrollments:
            continue
        values = {"of_account": account_id, "of_workflow": workflow_id, "of_status": status}
        part = execute_built(_free_part(), values).scalar()
        if part is None:
            execute_built(_add_part(), {**values, "more": enrollments})
        else:
            execute_built(_change_part(), {"of_account": account_id, "of_part": part, "more": enrollments})


def by_status(account_id: int, workflow_id: int) -> dict[str, int]:
    """Return {status: number of enrollments} of a workflow."""
    query = (
        sa.select(EnrollmentCount.status, _sum())
        .where(EnrollmentCount.account_id == account_id, EnrollmentCount.workflow_id == workflow_id)
        .group_by(EnrollmentCount.status)
    )
    return dict(session().execute(query).all())


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


def differences(account_id: int) -> list[Difference]:
    """Return where the numbers differ from the enrollments, as of the same moment. Slow."""
    kept = sa.select(
        EnrollmentCount.workflow_id,
        EnrollmentCount.status,
        EnrollmentCount.enrollments.label("kept"),
        sa.literal(0, BigInt).label("counted"),
    ).where(EnrollmentCount.account_id == account_id)
    counted = (
        sa.select(
            Enrollment.workflow_id, Enrollment.status, sa.literal(0, BigInt), sa.func.count(Enrollment.id)
        )
        .where(Enrollment.account_id == account_id)
        .group_by(Enrollment.workflow_id, Enrollment.status)
    )
    both = kept.union_all(counted).subquery()
    sums = [sa.cast(sa.func.sum(both.c[name]), BigInt) for name in ("kept", "counted")]
    by = [both.c.workflow_id, both.c.status]
    query = sa.select(*by, *sums).group_by(*by).having(sums[0] != sums[1]).order_by(*by)
    return [Difference._make(row) for row in session().execute(query)]


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(_counts.c.enrollments), BigInt)


@lru_cache
def _free_part() -> sa.Select[Any]:
    """Select and lock a part that no other transaction has locked. SQLite has one writer and no row locks."""
    one = _counts.c
    return (
        sa.select(one.id)
        .where(
            one.account_id == sa.bindparam("of_account", type_=BigInt),
            one.workflow_id == sa.bindparam("of_workflow", type_=BigInt),
            one.status == sa.bindparam("of_status"),
        )
        .order_by(one.id)
        .limit(sa.literal_column("1"))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _add_part() -> Any:
    return sa.insert(_counts).values(
        account_id=sa.bindparam("of_account", type_=BigInt),
        workflow_id=sa.bindparam("of_workflow", type_=BigInt),
        status=sa.bindparam("of_status"),
        enrollments=sa.bindparam("more", type_=BigInt),
    )


@lru_cache
def _change_part() -> Any:
    one = _counts.c
    return (
        sa.update(_counts)
        .where(
            one.account_id == sa.bindparam("of_account", type_=BigInt),
            one.id == sa.bindparam("of_part", type_=BigInt),
        )
        .values(enrollments=one.enrollments + sa.bindparam("more", type_=BigInt))
    )


@lru_cache
def _under_way(on_sqlite: bool) -> sa.Select[Any]:
    one = _counts.c
    return (
        sa.select(one.workflow_id, _sum())
        .where(
            one.account_id == sa.bindparam("of_account", type_=BigInt),
            in_ids(one.workflow_id, "of_workflows", on_sqlite),
            one.status.in_(constants(UNDER_WAY)),
        )
        .group_by(one.workflow_id)
    )

"""The number of enrollments that ended, by the day (UTC) on which they began, kept by those who end them, in
the same transaction. See `summed_parts`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.engine.domain import UNDER_WAY, EnrollmentStatus
from app.engine.domain.spans import rounded
from app.engine.infrastructure.counters import months
from app.engine.infrastructure.tables import EndCount, Enrollment
from app.platform.database import BigInt, session, summed_parts

_counts = EndCount.__table__


class End(NamedTuple):
    """How enrollments of a day ended, and where."""

    workflow_id: int
    version_id: int
    step_id: str
    day: date
    status: str
    reason: str
    minutes: int


Ends = Mapping[End, int]
"""How many more enrollments have ended in each way."""


def end_of(
    workflow_id: int,
    version_id: int,
    step_id: str | None,
    status: str,
    reason: str | None,
    enrolled_at: datetime,
    ended_at: datetime | None,
) -> End:
    """Return how an enrollment with these values has ended."""
    is_goal = status == EnrollmentStatus.GOAL_REACHED and ended_at is not None
    minutes = rounded(ended_at - enrolled_at) if is_goal and ended_at else 0
    return End(workflow_id, version_id, step_id or "", enrolled_at.date(), status, reason or "", minutes)


def change(account_id: int, ends: Ends) -> None:
    """Add to the numbers, in the transaction that ends the enrollments, or lets them go on."""
    summed_parts.change_many(_counts, account_id, ends)


def correct(account_id: int, changes: Ends) -> None:
    """Add to the numbers what they lack."""
    summed_parts.correct_many(_counts, account_id, changes)


def by_step(
    account_id: int, workflow_id: int, first: date, last: date
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return {(step id, status, reason): (number of enrollments, latest version)} of those who were enrolled
    on these days and have ended."""
    one = _counts.c
    query = (
        sa.select(one.step_id, one.status, one.reason, _sum(), sa.func.max(one.version_id))
        .where(*_in_days(account_id, workflow_id, first, last))
        .group_by(one.step_id, one.status, one.reason)
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in session().execute(query)}


def completed_by_month(
    account_ids: Sequence[int], workflow_ids: Sequence[int], since: date
) -> dict[tuple[int, date], int]:
    """Return {(workflow id, first day of a month): number of enrollments that have reached a goal or the end}
    of workflows of these accounts, by the month in which they began."""
    done = (EnrollmentStatus.GOAL_REACHED.value, EnrollmentStatus.COMPLETED.value)
    return months.by_workflow(_counts, account_ids, workflow_ids, since, done)


def minutes_to_goal(account_id: int, workflow_id: int, first: date, last: date) -> dict[int, int]:
    """Return {minutes: number of enrollments} of those who were enrolled on these days and have reached a
    goal."""
    one = _counts.c
    query = (
        sa.select(one.minutes, _sum())
        .where(
            *_in_days(account_id, workflow_id, first, last), one.status == EnrollmentStatus.GOAL_REACHED.value
        )
        .group_by(one.minutes)
    )
    return {row[0]: row[1] for row in session().execute(query) if row[1]}


def kept(account_id: int, workflow_id: int) -> dict[End, int]:
    """Return all numbers of a workflow."""
    one = _counts.c
    columns = [one[name] for name in End._fields]
    query = (
        sa.select(*columns, _sum())
        .where(one.account_id == account_id, one.workflow_id == workflow_id)
        .group_by(*columns)
        .having(_sum() != 0)
    )
    return {End(*row[:-1]): row[-1] for row in session().execute(query)}


def counted(account_id: int, workflow_id: int) -> dict[End, int]:
    """Return the same, counted one by one. Slow."""
    one = Enrollment
    names = ("workflow_id", "version_id", "step_id", "status", "end_reason", "enrolled_at", "ended_at")
    query = sa.select(*(getattr(one, name) for name in names)).where(
        one.account_id == account_id, one.workflow_id == workflow_id, one.status.not_in(UNDER_WAY)
    )
    return Counter(end_of(*row) for row in session().execute(query.execution_options(yield_per=5_000)))


def _in_days(
    account_id: int, workflow_id: int, first: date, last: date
) -> tuple[sa.ColumnElement[bool], ...]:
    one = _counts.c
    return (
        one.account_id == account_id,
        one.workflow_id == workflow_id,
        one.day >= first,
        one.day <= last,
    )


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(_counts.c.enrollments), BigInt)

"""The number of enrollments of a workflow by source and day (UTC), kept by those who write enrollments, in
the same transaction. See `summed_parts`."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.infrastructure.counters import months
from app.engine.infrastructure.tables import Enrollment, SourceCount
from app.platform.database import BigInt, session, summed_parts
from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import read_built

_counts = SourceCount.__table__


class Entry(NamedTuple):
    """What has enrolled people into a workflow, and when."""

    workflow_id: int
    source: str
    day: date


def add(account_id: int, enrolled: Mapping[Entry, int]) -> None:
    """Add to the numbers, in the transaction that enrolls people."""
    summed_parts.change_many(_counts, account_id, enrolled)


def correct(account_id: int, workflow_id: int, changes: Mapping[tuple[str, date], int]) -> None:
    """Add to the numbers, given as {(source, day): number}, what they lack."""
    entries = {Entry(workflow_id, source, day): more for (source, day), more in changes.items()}
    summed_parts.correct_many(_counts, account_id, entries)


def by_day(account_id: int, workflow_id: int, first: date, last: date) -> dict[tuple[str, date], int]:
    """Return {(source, day): number of enrollments} of a workflow on these days."""
    one = SourceCount
    query = (
        sa.select(one.source, one.day, _sum())
        .where(
            one.account_id == account_id, one.workflow_id == workflow_id, one.day >= first, one.day <= last
        )
        .group_by(one.source, one.day)
    )
    return {(row[0], row[1]): row[2] for row in session().execute(query)}


def by_month(
    account_ids: Sequence[int], workflow_ids: Sequence[int], since: date
) -> dict[tuple[int, date], int]:
    """Return {(workflow id, first day of a month): number of enrollments} of workflows of these accounts."""
    return months.by_workflow(_counts, account_ids, workflow_ids, since)


def all_days(account_id: int, workflow_id: int) -> dict[tuple[str, date], int]:
    """Return {(source, day): number of enrollments} of all days, without zeros."""
    found = by_day(account_id, workflow_id, date.min, date.max)
    return {key: enrolled for key, enrolled in found.items() if enrolled}


def first_day(account_id: int, workflow_id: int) -> date | None:
    """Return the day of the first enrollment."""
    query = sa.select(sa.func.min(SourceCount.day)).where(
        SourceCount.account_id == account_id, SourceCount.workflow_id == workflow_id
    )
    return session().scalar(query)


def counted(account_id: int, workflow_id: int) -> dict[tuple[str, date], int]:
    """Return the same, counted one by one. Slow."""
    day = sa.func.date(Enrollment.enrolled_at, type_=sa.Date)
    query = (
        sa.select(Enrollment.source, day, sa.func.count())
        .where(Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id)
        .group_by(Enrollment.source, day)
    )
    return {(row[0], row[1]): row[2] for row in session().execute(query)}


def by_source(account_id: int, workflow_id: int) -> dict[str, int]:
    """Return {source: number of enrollments} of a workflow, ended ones included."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return {row[0]: row[1] for row in read_built(_by_source(), values)}


@lru_cache
def _by_source() -> sa.Select[Any]:
    one = _counts.c
    return (
        sa.select(one.source, _sum())
        .where(one.account_id == id_param("of_account"), one.workflow_id == id_param("of_workflow"))
        .group_by(one.source)
    )


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(SourceCount.enrollments), BigInt)

"""Numbers that are kept by day, by month."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.platform.database import BigInt, is_sqlite
from app.platform.database.many_rows import constants
from app.platform.database.short_reads import in_ids, read_built


def by_workflow(
    table: sa.Table,
    account_ids: Sequence[int],
    workflow_ids: Sequence[int],
    since: date,
    statuses: tuple[str, ...] = (),
) -> dict[tuple[int, date], int]:
    """Return {(workflow id, first day of a month): sum} of the rows of workflows of these accounts; with
    `statuses`, which are constants, of those that have one of them."""
    values = {"of_accounts": account_ids, "of_workflows": workflow_ids, "since": since}
    found = read_built(_by_workflow(table, statuses, is_sqlite()), values, cross_account=True)
    return {(row[0], _first_day(row[1], row[2])): row[3] for row in found}


@lru_cache(maxsize=1200)
def _first_day(year: int, month: int) -> date:
    """Return the same date each time, which is found faster in dictionaries."""
    return date(year, month, 1)


@lru_cache
def _by_workflow(table: sa.Table, statuses: tuple[str, ...], on_sqlite: bool) -> sa.Select[Any]:
    one = table.c
    year, month = (sa.cast(sa.extract(part, one.day), sa.Integer) for part in ("year", "month"))
    query = (
        sa.select(one.workflow_id, year, month, sa.cast(sa.func.sum(one.enrollments), BigInt))
        .where(
            in_ids(one.account_id, "of_accounts", on_sqlite),
            in_ids(one.workflow_id, "of_workflows", on_sqlite),
            one.day >= sa.bindparam("since", type_=sa.Date),
        )
        .group_by(one.workflow_id, year, month)
    )
    return query.where(one.status.in_(constants(statuses))) if statuses else query

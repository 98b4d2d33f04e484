"""Numbers that are kept by day, by month."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from app.platform.database import BigInt, session
from app.platform.database.many_rows import id_list


def by_workflow(
    table: sa.Table,
    account_ids: Sequence[int],
    workflow_ids: Sequence[int],
    since: date,
    *conditions: sa.ColumnElement[bool],
) -> dict[tuple[int, date], int]:
    """Return {(workflow id, first day of a month): sum} of the rows of workflows of these accounts."""
    one = table.c
    year, month = sa.extract("year", one.day), sa.extract("month", one.day)
    query = (
        sa.select(one.workflow_id, year, month, sa.cast(sa.func.sum(one.enrollments), BigInt))
        .where(
            one.account_id.in_(id_list(account_ids)),
            one.workflow_id.in_(id_list(workflow_ids)),
            one.day >= since,
            *conditions,
        )
        .group_by(one.workflow_id, year, month)
    )
    found = session().execute(query, execution_options={"cross_account": True})
    return {(row[0], date(int(row[1]), int(row[2]), 1)): row[3] for row in found}

"""Skip scans: the distinct values of a column, each found by one look into an index, however many rows have
it. Neither database turns DISTINCT into such looks; it would read all rows."""

from typing import Any

import sqlalchemy as sa

_ONE: Any = sa.literal_column("1")


def distinct_values(column: Any, condition: sa.ColumnElement[bool], *index_continues: Any) -> sa.CTE:
    """Return a table with the distinct values of a column, named like it, in rows that meet a condition, and
    a last NULL.

    There must be an index on the column, restricted to the condition by its predicate or by columns before
    this one. `index_continues` are the columns after it; a planner without statistics might otherwise choose
    another index.
    """
    order = (column, *index_continues)
    first = sa.select(column).where(condition).order_by(*order).limit(_ONE).scalar_subquery()
    found = sa.select(first.label(column.name)).cte("found", recursive=True)
    last = found.c[column.name]
    following = sa.select(column).where(condition, column > last).order_by(*order).limit(_ONE)
    return found.union_all(sa.select(following.scalar_subquery()).where(last.is_not(None)))

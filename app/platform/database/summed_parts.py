"""Numbers that many transactions change at once, each the sum of several rows.

A transaction changes a row that no other transaction is changing, or adds one. So nobody waits for a row, and
there are never more rows for a number than there were writers at once.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.platform.database import BigInt
from app.platform.database.many_rows import execute_built, without_index


def change(
    table: sa.Table, account_id: int, key: Mapping[str, Any], more: int, number: str = "enrollments"
) -> None:
    """Add to the number, which is in the column `number` of the rows of `table` with these values in the
    columns of `key`."""
    names = tuple(key)
    values = {"of_account": account_id, **{f"of_{name}": value for name, value in key.items()}}
    part = execute_built(_free_part(table, names), values).scalar()
    if part is None:
        execute_built(_add_part(table, names, number), {**values, "more": more})
    else:
        execute_built(_change_part(table, number), {"of_account": account_id, "of_part": part, "more": more})


@lru_cache
def _free_part(table: sa.Table, names: tuple[str, ...]) -> sa.Select[Any]:
    """Select and lock a part that no other transaction has locked. SQLite has one writer and no row locks."""
    return (
        sa.select(table.c.id)
        .where(
            table.c.account_id == sa.bindparam("of_account", type_=BigInt),
            *(table.c[name] == given for name, given in _given(table, names).items()),
        )
        .order_by(without_index(table.c.id))
        .limit(sa.literal_column("1"))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _add_part(table: sa.Table, names: tuple[str, ...], number: str) -> sa.Insert:
    account_id = sa.bindparam("of_account", type_=BigInt)
    more = sa.bindparam("more", type_=BigInt)
    return sa.insert(table).values(account_id=account_id, **_given(table, names), **{number: more})


@lru_cache
def _change_part(table: sa.Table, number: str) -> sa.Update:
    return (
        sa.update(table)
        .where(
            table.c.account_id == sa.bindparam("of_account", type_=BigInt),
            table.c.id == sa.bindparam("of_part", type_=BigInt),
        )
        .values({number: table.c[number] + sa.bindparam("more", type_=BigInt)})
    )


def _given(table: sa.Table, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: sa.bindparam(f"of_{name}", type_=table.c[name].type) for name in names}

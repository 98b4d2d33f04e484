"""Numbers that many transactions change at once, each the sum of several rows.

A transaction changes a row that no other transaction is changing, or adds one. So nobody waits for a row, and
there are never more rows for a number than there were writers at once.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from app.platform.database import BigInt, is_sqlite
from app.platform.database.many_rows import (
    around,
    execute_built,
    id_param,
    off_index,
    row_list,
    without_index,
)

Key = TypeVar("Key", bound=tuple[Any, ...])


def change_many(
    table: sa.Table, account_id: int, changes: Mapping[Key, int], number: str = "enrollments"
) -> None:
    """Add to numbers of an account, which are in the column `number`, with at most three statements.

    The keys are named tuples: the values of the columns with those names. They are changed in their order.
    Locked rows are passed over, so transactions that change the same numbers don't wait for each other.
    """
    wanted = sorted((key, more) for key, more in changes.items() if more)
    if not wanted:
        return
    names, kinds = _columns(table, wanted[0][0])
    keys = row_list({"place": _NUMBER, **kinds}, [(place, *key) for place, (key, _) in enumerate(wanted)])
    of_account = {"of_account": account_id}
    find = around(_free_parts, keys, table, names)
    parts = {row[0]: row[1] for row in execute_built(find, {**keys.values, **of_account}) if row[1]}
    changed = [(parts[place], more) for place, (_, more) in enumerate(wanted) if place in parts]
    added = [one for place, one in enumerate(wanted) if place not in parts]
    if changed:
        rows = row_list(_CHANGE, changed)
        update = around(_change_parts, rows, table, number, is_sqlite())
        execute_built(update, {**rows.values, **of_account})
    if added:
        _add(table, account_id, added, number)


def correct_many(
    table: sa.Table, account_id: int, changes: Mapping[Key, int], number: str = "enrollments"
) -> None:
    """Add to numbers of an account like `change_many`, but only by new rows: it touches none that others
    write, so it neither waits for them nor fails because of them."""
    added = sorted((key, more) for key, more in changes.items() if more)
    if added:
        _add(table, account_id, added, number)


def differing(kept: Mapping[Key, int], counted: Mapping[Key, int]) -> dict[Key, tuple[int, int]]:
    """Return {key: (kept, counted)} of the numbers that differ, in the order of the keys. Missing ones are
    zero."""
    both = {key: (kept.get(key, 0), counted.get(key, 0)) for key in sorted(kept.keys() | counted.keys())}
    return {key: numbers for key, numbers in both.items() if numbers[0] != numbers[1]}


def _add(table: sa.Table, account_id: int, added: Sequence[tuple[Key, int]], number: str) -> None:
    names, kinds = _columns(table, added[0][0])
    rows = row_list({**kinds, "more": _NUMBER}, [(*key, more) for key, more in added])
    insert = around(_add_parts, rows, table, names, number)
    execute_built(insert, {**rows.values, "of_account": account_id})


def _columns(table: sa.Table, key: tuple[Any, ...]) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """Return the names of the columns that a named tuple has values for, and {name: type}."""
    names: tuple[str, ...] = cast(Any, key)._fields
    return names, {name: table.c[name].type for name in names}


_NUMBER = BigInt
_CHANGE = {"part": _NUMBER, "more": _NUMBER}


@lru_cache
def _free_parts(keys: sa.Select[Any], table: sa.Table, names: tuple[str, ...]) -> sa.Select[Any]:
    """Select for each key a part that no other transaction has locked, and lock it. SQLite has one writer and
    no row locks."""
    wanted = keys.subquery("wanted")
    part = (
        sa.select(table.c.id)
        .where(
            table.c.account_id == id_param("of_account"),
            *(table.c[name] == wanted.c[name] for name in names),
        )
        .order_by(without_index(table.c.id))
        .limit(sa.literal_column("1"))
        .with_for_update(skip_locked=True)
    )
    return sa.select(wanted.c.place, part.scalar_subquery()).order_by(wanted.c.place)


@lru_cache
def _change_parts(rows: sa.Select[Any], table: sa.Table, number: str, on_sqlite: bool) -> sa.Update:
    given = rows.subquery("given")
    return (
        sa.update(table)
        .where(
            off_index(table.c.account_id, on_sqlite) == id_param("of_account"),
            table.c.id == given.c.part,
        )
        .values({number: table.c[number] + given.c.more})
    )


@lru_cache
def _add_parts(rows: sa.Select[Any], table: sa.Table, names: tuple[str, ...], number: str) -> sa.Insert:
    given = rows.subquery("given")
    account_id = id_param("of_account")
    chosen = sa.select(account_id, *(given.c[name] for name in names), given.c.more)
    return sa.insert(table).from_select(["account_id", *names, number], chosen)

"""Inserting many rows that share most of their values, except those that exist already."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.platform.database import is_sqlite
from app.platform.database.many_rows import execute_built
from app.platform.database.upserts import insert_into


def insert_new(
    table: Any, shared: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> int:
    """Insert a row for each of `rows`, which have values for the columns `names`, and `shared` for the
    others; return how many are new. The rows are sent as one parameter, so their values are numbers and
    texts."""
    values = {f"n_{name}": value for name, value in shared.items()}
    values["n_rows"] = json.dumps([list(row) for row in rows])
    statement = _insert(table, tuple(shared), tuple(names), is_sqlite())
    return int(execute_built(statement, values, rowcount=True).rowcount)


@lru_cache
def _insert(table: Any, shared: tuple[str, ...], names: tuple[str, ...], on_sqlite: bool) -> Any:
    rows = sa.bindparam("n_rows", type_=sa.Text)
    array = sa.func.json_each(rows) if on_sqlite else sa.func.json_array_elements(sa.cast(rows, sa.JSON))
    each = array.table_valued("value").c.value
    given: list[Any] = [sa.bindparam(f"n_{name}", type_=table.c[name].type) for name in shared]
    own = [_nth(each, number, table.c[name].type, on_sqlite) for number, name in enumerate(names)]
    insert = insert_into(table, on_sqlite)
    chosen = sa.select(*given, *own).where(sa.true())
    return insert.from_select([*shared, *names], chosen).on_conflict_do_nothing()


def _nth(array: Any, number: int, kind: Any, on_sqlite: bool) -> sa.ColumnElement[Any]:
    """Return a value of a JSON array."""
    if on_sqlite:
        return sa.func.json_extract(array, sa.literal_column(f"'$[{number}]'"), type_=kind)
    return sa.cast(array.op("->>")(sa.literal_column(str(number))), kind)

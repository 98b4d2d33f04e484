"""Statements over many rows: bulk loads, and expressions that stay fast with outdated statistics."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from app.platform import tenancy
from app.platform.database import BigInt, UtcDateTime, is_sqlite, session


def bulk_load(table: sa.Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert many rows into `table` in the fastest way available, in the current transaction.

    Values are passed to the driver unchanged: SQLite needs JSON as text, and datetimes without a time zone.
    Rows of an owned table must all belong to the account that the session acts for. Raises WrongAccount.
    """
    rows = tenancy.checked_rows(table, columns, rows, session().info.get("account_id"))
    names = ", ".join(columns)
    driver = session().connection().connection.driver_connection
    assert driver is not None
    if is_sqlite():
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # nosec
        return
    if tenancy.is_owned(table.name):  # PostgreSQL does not support COPY into tables with row-level security
        driver.reach(tenancy.Reach.EVERYBODY)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def execute_built(
    statement: sa.Executable,
    values: Mapping[str, Any],
    *,
    rowcount: bool = False,
    cross_account: bool = False,
    prepared: bool = False,
) -> Any:
    """Run a prebuilt statement with the values of its parameters. Return its result.

    Building a small statement and looking it up in the compiled cache takes much longer than running it. So
    statements that run for every batch are built once by cached functions, over tables instead of mapped
    classes, and bypass the ORM: objects in the session are not updated.

    A statement that is `prepared` is parsed and planned once per connection to PostgreSQL, for any values:
    only for statements whose best plan does not depend on them, such as a search by a unique key.
    """
    connection = session().connection()
    options = {"preserve_rowcount": rowcount, "cross_account": cross_account, "prepared": prepared}
    return connection.execute(statement, dict(values), execution_options=options)


def id_param(name: str) -> sa.BindParameter[int]:
    """Return a parameter of a prebuilt statement for an id."""
    return sa.bindparam(name, type_=BigInt)


def moment_param(name: str) -> sa.BindParameter[datetime]:
    """Return a parameter of a prebuilt statement for a moment."""
    return sa.bindparam(name, type_=UtcDateTime())


class Bound(NamedTuple):
    """A prebuilt select with the values of its parameters, for use in a larger prebuilt statement."""

    query: sa.Select[Any]
    values: Mapping[str, Any]


def bound(rows: "sa.Select[Any] | Bound") -> Bound:
    return rows if isinstance(rows, Bound) else Bound(rows, {})


def around(build: Any, rows: Bound, *given: Any) -> Any:
    """Return the statement that the cached function `build` makes of a select; cached if it is prebuilt."""
    return build(rows.query, *given) if rows.values else build.__wrapped__(rows.query, *given)


def id_list(ids: Sequence[int]) -> sa.Select[Any]:
    """Return a select of these ids, which are sent as one parameter however many there are."""
    if is_sqlite():
        return sa.select(sa.func.json_each(json.dumps(list(ids))).table_valued("value").c.value)
    return sa.select(sa.func.unnest(sa.bindparam("ids", list(ids), ARRAY(sa.BigInteger()), unique=True)))


def row_list(columns: Mapping[str, sa.types.TypeEngine[Any]], rows: Iterable[Sequence[Any]]) -> Bound:
    """Return a prebuilt select of these rows, with columns of these names and types, which are sent as one
    parameter however many there are. The types must be constants, such as those of a table."""
    dialect = session().get_bind().dialect
    convert = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in columns.values()]
    listed = [[_as_json(value, to) for value, to in zip(row, convert, strict=True)] for row in rows]
    select = _rows(tuple(columns.items()), dialect.name == "sqlite")
    return Bound(select, {"row_list": json.dumps(listed)})


def _as_json(value: Any, convert: Any) -> Any:
    """Return a value as a JSON array holds it for a cast: moments and documents as text."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    if convert is not None and not isinstance(value, str | int | None):
        value = convert(value)
    return value if isinstance(value, str | int | float | None) else str(value)


@lru_cache
def _rows(columns: tuple[tuple[str, sa.types.TypeEngine[Any]], ...], on_sqlite: bool) -> sa.Select[Any]:
    rows = sa.bindparam("row_list", type_=sa.Text)
    array = sa.func.json_each(rows) if on_sqlite else sa.func.json_array_elements(sa.cast(rows, sa.JSON))
    row = array.table_valued("value").c.value
    return sa.select(
        *(_value_at(row, at, kind, on_sqlite).label(name) for at, (name, kind) in enumerate(columns))
    )


def _value_at(row: Any, place: int, kind: Any, on_sqlite: bool) -> sa.ColumnElement[Any]:
    if on_sqlite:
        return sa.func.json_extract(row, sa.literal_column(f"'$[{place}]'"), type_=kind)
    return sa.cast(row.op("->>")(sa.literal_column(str(place))), kind)


def constant(value: int | str) -> sa.ColumnElement[Any]:
    """Return a trusted constant as a literal, so that a database can match it with a partial index.

    Never use it for values from outside.
    """
    return sa.literal_column(str(int(value)) if isinstance(value, int) else f"'{value}'")


def constants(values: Iterable[int | str]) -> list[sa.ColumnElement[Any]]:
    """Return trusted constants as literals, sorted. In a prebuilt statement, a list of parameters would be
    expanded anew for each execution."""
    return [constant(value) for value in sorted(values)]


def is_there(query: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """SQL condition: a correlated query has a row, looked up for each row through an index.

    With outdated statistics PostgreSQL may turn EXISTS into a hash of the whole table; it cannot do so with
    a LIMIT.
    """
    return query.limit(1).scalar_subquery().isnot(None)


def without_index(column: Any) -> sa.ColumnElement[int]:
    """Return a numeric column as an expression that does not use the column's index.

    The planner assumes that a workflow or job missing from its statistics has hardly any rows, and would read
    all its enrollments for each contact instead of the contact's few. An index on this expression can be
    used, however. It must be leakproof, as NULLIF is, because under row-level security PostgreSQL searches
    indexes only by leakproof conditions; an addition, which can overflow, is not.
    """
    return sa.func.nullif(column, sa.literal_column("0"), type_=column.type)


def off_index(column: Any, on_sqlite: bool) -> Any:
    """Return a column whose index SQLite does not use for this condition: it is written as `+column`."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type) if on_sqlite else column


def with_ids(table: Any, account_id: int, ids: Sequence[int]) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: rows of an account with these ids, looked up by those. SQLite has no statistics; it would
    look through all rows of the account, which it takes for few."""
    return off_index(table.c.account_id, is_sqlite()) == account_id, table.c.id.in_(id_list(ids))


def unknown_to_planner(*tables: Any) -> list[Any]:
    """Return the tables of which a twentieth has changed since PostgreSQL last analyzed them.

    Autovacuum analyzes them, too, but minutes later. The check takes about a millisecond.
    """
    if is_sqlite():
        return []
    names = {"names": [table.name for table in tables]}
    found = set(session().scalars(_UNKNOWN, names, execution_options={"cross_account": True}))
    return [table for table in tables if table.name in found]


_UNKNOWN = sa.text(
    "SELECT relname FROM pg_class WHERE relname = ANY(:names) AND relkind = 'r'"
    " AND pg_stat_get_mod_since_analyze(oid) > greatest(reltuples, 0) / 20 + 500"
)


def refresh_statistics(*tables: sa.Table) -> None:
    """Analyze tables on PostgreSQL, after many rows were inserted."""
    if not is_sqlite():
        for table in tables:
            session().execute(sa.text(f"ANALYZE {table.name}"), execution_options={"cross_account": True})

"""Statements over many rows: loading them fast, and staying fast while tables grow a thousandfold between two
looks of the database's planner."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.platform import tenancy
from app.platform.database import is_sqlite, session


def bulk_load(table: sa.Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Put many rows into `table` the fastest way the database has, inside the current transaction.

    Values reach the driver as they are: SQLite wants JSON as text and moments without a zone. Rows of
    a table that accounts own must all be of the account that the session acts for.
    """
    rows = tenancy.checked_rows(table, columns, rows, session().info.get("account_id"))
    names = ", ".join(columns)
    driver = session().connection().connection.driver_connection
    assert driver is not None
    if is_sqlite():
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)
        return
    if tenancy.is_owned(table.name):  # PostgreSQL copies nothing into tables with policies
        driver.reach(tenancy.Reach.EVERYBODY)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def execute_built(statement: sa.Executable, values: Mapping[str, Any], *, rowcount: bool = False) -> Any:
    """Run a statement that was built once, with the values of its parameters; returns its result.

    Building a statement and finding it among those compiled before costs many times what the database needs
    for a small one. So statements that run for every batch are built by cached functions, over tables and not
    over mapped classes, and go past the ORM: objects that the session holds do not notice what they write.
    """
    connection = session().connection()
    return connection.execute(statement, dict(values), execution_options={"preserve_rowcount": rowcount})


class Bound(NamedTuple):
    """A select that was built once, and the values of its parameters. A function that takes one builds the
    statement around it once for each such select."""

    query: sa.Select[Any]
    values: Mapping[str, Any]


def bound(rows: "sa.Select[Any] | Bound") -> Bound:
    return rows if isinstance(rows, Bound) else Bound(rows, {})


def around(build: Any, rows: Bound, *given: Any) -> Any:
    """The statement that `build`, a cached function, makes around a select; kept if that will come again."""
    return build(rows.query, *given) if rows.values else build.__wrapped__(rows.query, *given)


def constant(value: int | str) -> sa.ColumnElement[Any]:
    """A value of ours, written out in the statement: it costs nothing when the statement runs, and a database
    can compare it with the condition of an index."""
    return sa.literal_column(str(int(value)) if isinstance(value, int) else f"'{value}'")


def is_there(query: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Whether a correlated query has a row, asked row by row through its index.

    PostgreSQL may turn EXISTS into a hash of the whole table, going by figures from before a million rows
    came in; it cannot do so with a query that is limited.
    """
    return query.limit(1).scalar_subquery().isnot(None)


def without_index(column: Any) -> sa.ColumnElement[int]:
    """A number's column in a condition that must not be searched by that column's index.

    The planner holds a workflow or a job that it has never seen for one with hardly any rows, and would
    rather read all its enrollments for each contact than the contact's few. An index may be made on this very
    expression; then it is the only one that fits. Under row-level security PostgreSQL searches an index only
    by leakproof conditions: NULLIF is one, an addition is not, because it can overflow.
    """
    return sa.func.nullif(column, sa.literal_column("0"), type_=column.type)


def unknown_to_planner(*tables: Any) -> list[Any]:
    """Those of the tables of which a twentieth has changed since PostgreSQL's planner last looked at them. It
    does so by itself too, but minutes later. Asking costs a millisecond."""
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
    """Let PostgreSQL's planner look at tables that many rows have just come into."""
    if not is_sqlite():
        for table in tables:
            session().execute(sa.text(f"ANALYZE {table.name}"), execution_options={"cross_account": True})

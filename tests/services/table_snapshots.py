"""Save and restore the rows of a PostgreSQL database, ten times as fast as copying the database.

A state is a schema with copies of all tables, inside the same database.
"""

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
SMALL = 1024 * 1024


def save(connection: Connection, state: str) -> None:
    """Save the rows of all tables as `state`."""
    schema = sql.Identifier(f"kept_{state}")
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    for table in _columns(connection):
        name = sql.Identifier(table)
        connection.execute(sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}").format(schema, name, name))


def restore(connection: Connection, state: str) -> None:
    """Restore the rows of all tables from `state` and reset their sequences."""
    columns = _columns(connection)
    statements = [sql.SQL("SET session_replication_role = replica"), *_emptying(connection, list(columns))]
    for table, names in columns.items():
        listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
        insert = "INSERT INTO public.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}.{}"
        schema, name = sql.Identifier(f"kept_{state}"), sql.Identifier(table)
        statements.append(sql.SQL(insert).format(name, listed, listed, schema, name))
    statements += [sql.SQL("SET session_replication_role = DEFAULT"), *_numbering(connection)]
    connection.execute(sql.SQL("; ").join(statements))


def _emptying(connection: Connection, tables: list[str]) -> list[sql.Composable]:
    """Return statements that empty the tables: DELETE, or TRUNCATE if a table is large.

    DELETE is faster for few rows; TRUNCATE takes constant time.
    """
    largest = connection.execute(
        "SELECT coalesce(max(pg_relation_size(oid)), 0) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).fetchone()
    assert largest is not None
    if int(str(largest[0])) > SMALL:
        names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
        return [sql.SQL("TRUNCATE {}").format(names)]
    return [sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)) for table in tables]


def _numbering(connection: Connection) -> list[sql.Composable]:
    found = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND (column_default LIKE 'nextval(%' OR is_identity = 'YES')"
    )
    statement = "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
    return [
        sql.SQL(statement).format(
            sql.Literal(f'public."{table}"'),
            sql.Literal(column),
            sql.Identifier(str(column)),
            sql.Identifier("public", str(table)),
        )
        for table, column in found
    ]


def _columns(connection: Connection) -> dict[str, list[str]]:
    """Return {table: columns} of all tables in schema public, without generated columns."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'"
        " ORDER BY c.table_name, c.ordinal_position"
    )
    for table, column in rows:
        found.setdefault(str(table), []).append(str(column))
    return found

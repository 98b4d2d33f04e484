"""Save and restore the rows of a PostgreSQL database, ten times as fast as copying the database.

A state is a schema with copies of all tables, inside the same database.
"""

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
SMALL = 1024 * 1024


class Snapshot:
    """The rows of all tables at one time, under a name.

    What it takes to restore them is worked out once, because PostgreSQL's catalog is slow to read.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        columns = _columns(connection)
        schema = sql.Identifier(f"kept_{name}")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        filling: list[sql.Composable] = []
        for table, names in columns.items():
            copied = (schema, sql.Identifier(table))
            made = connection.execute(
                sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}").format(*copied, copied[1])
            )
            if made.rowcount:
                listed = sql.SQL(", ").join(sql.Identifier(column) for column in names)
                insert = "INSERT INTO public.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}.{}"
                filling.append(sql.SQL(insert).format(copied[1], listed, listed, *copied))
        self._tables = list(columns)
        self._filling = sql.SQL("; ").join([*filling, *_numbering(connection)])
        self._schema = _fingerprint(connection)

    def restore(self, connection: Connection) -> None:
        """Restore the rows and reset the sequences. Raises ProgrammingError if the schema has changed."""
        if _fingerprint(connection) != self._schema:
            raise psycopg.ProgrammingError("the tables have changed")
        quiet, loud = (sql.SQL(f"SET session_replication_role = {role}") for role in ("replica", "DEFAULT"))
        statements = [quiet, *_emptying(connection, self._tables), self._filling, loud]
        connection.execute(sql.SQL("; ").join(statements))


def _fingerprint(connection: Connection) -> object:
    """Return what changes when a table or column is added, removed or replaced."""
    return connection.execute(
        "SELECT count(*), sum(a.attrelid::bigint * a.attnum)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped"
    ).fetchone()


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

"""Save and restore the rows of a PostgreSQL database, ten times as fast as copying the database.

A state is a schema with copies of all tables, inside the same database.
"""

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
SMALL = 1024 * 1024
_QUIET, _LOUD = (f"SET session_replication_role = {role}".encode() for role in ("replica", "DEFAULT"))
_TRANSACTION = b"SELECT pg_current_xact_id()::xid::text::bigint"


class Snapshot:
    """The rows of all tables at one time, under a name.

    What it takes to restore them is worked out once, because PostgreSQL's catalog is slow to read. Tables
    that nobody has written to since they were restored are left alone.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        columns = _columns(connection)
        schema = sql.Identifier(f"kept_{name}")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        self._filling: dict[str, tuple[int, bytes]] = {}
        for table, names in columns.items():
            copied = (schema, sql.Identifier(table))
            made = connection.execute(
                sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}").format(*copied, copied[1])
            )
            if made.rowcount:
                listed = sql.SQL(", ").join(sql.Identifier(column) for column in names)
                insert = "INSERT INTO public.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}.{}"
                filled = sql.SQL(insert).format(copied[1], listed, listed, *copied)
                self._filling[table] = made.rowcount, filled.as_bytes(connection)
        emptied = sql.SQL("DELETE FROM public.{}")
        self._emptying = {
            table: emptied.format(sql.Identifier(table)).as_bytes(connection) for table in columns
        }
        self._numbering = _numbering(connection).as_bytes(connection)
        self._looking = _looking(list(columns)).as_bytes(connection)
        self._contents = self._look(connection)
        self._schema = _fingerprint(connection)

    def restore(self, connection: Connection) -> None:
        """Restore the rows and reset the sequences. Raises ProgrammingError if the schema has changed."""
        if _fingerprint(connection) != self._schema:
            raise psycopg.ProgrammingError("the tables have changed")
        if _largest(connection) > SMALL:
            changed = list(self._contents)
            emptying = [_truncating(changed).as_bytes(connection)]
        else:
            contents = self._look(connection)
            changed = [table for table, content in contents.items() if content != self._contents[table]]
            emptying = [self._emptying[table] for table in changed]
        filling = [self._filling[table][1] for table in changed if table in self._filling]
        done = connection.execute(
            b"; ".join([_QUIET, *emptying, *filling, self._numbering, _LOUD, _TRANSACTION])
        )
        while done.nextset():
            pass
        transaction = done.fetchone()
        assert transaction is not None
        for table in changed:
            rows = self._filling[table][0] if table in self._filling else 0
            self._contents[table] = [rows, transaction[0] if rows else None]

    def _look(self, connection: Connection) -> dict[str, object]:
        """Return what is different for each table after any change of its rows."""
        return {str(table): content for table, *content in connection.execute(self._looking)}


def _fingerprint(connection: Connection) -> object:
    """Return what changes when a table or column is added, removed or replaced."""
    return connection.execute(
        "SELECT count(*), sum(a.attrelid::bigint * a.attnum)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped"
    ).fetchone()


def _looking(tables: list[str]) -> sql.Composable:
    """Return a query for the number of rows in each table and the latest transaction that wrote one."""
    look = "SELECT {}, count(*), max(xmin::text::bigint) FROM public.{}"
    parts = [sql.SQL(look).format(sql.Literal(table), sql.Identifier(table)) for table in tables]
    return sql.SQL(" UNION ALL ").join(parts)


def _largest(connection: Connection) -> int:
    """Return the bytes of the largest table."""
    found = connection.execute(
        "SELECT coalesce(max(pg_relation_size(oid)), 0) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).fetchone()
    assert found is not None
    return int(str(found[0]))


def _truncating(tables: list[str]) -> sql.Composable:
    """Return the statement that empties all tables in constant time; DELETE is faster for few rows."""
    names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
    return sql.SQL("TRUNCATE {}").format(names)


def _numbering(connection: Connection) -> sql.Composable:
    """Return the statement that sets all sequences to what follows the largest number now."""
    found = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND (column_default LIKE 'nextval(%' OR is_identity = 'YES')"
    ).fetchall()
    setting: list[sql.Composable] = []
    for table, column in found:
        query = sql.SQL("SELECT coalesce(max({}), 0), pg_get_serial_sequence({}, {}) FROM public.{}").format(
            sql.Identifier(str(column)),
            sql.Literal(f'public."{table}"'),
            sql.Literal(column),
            sql.Identifier(str(table)),
        )
        found_now = connection.execute(query).fetchone()
        assert found_now is not None
        largest, sequence = found_now
        number = sql.Literal(int(str(largest)) + 1)
        setting.append(sql.SQL("setval({}, {}, false)").format(sql.Literal(sequence), number))
    return sql.SQL("SELECT {}").format(sql.SQL(", ").join(setting))


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

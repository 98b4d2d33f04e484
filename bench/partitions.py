"""Large tables as partitions by account, in a PostgreSQL database that Muster has migrated.

Muster needs no change for it: its statements name the account, and its INSERTs name no unique index. What
changes are keys: a unique index of a partitioned table has to contain the account (docs/scale.md).
"""

import re
from typing import Any

import psycopg
from psycopg import sql

LARGE = (
    "contacts",
    "contact_events",
    "contact_tags",
    "contact_notes",
    "enrollments",
    "enrollment_steps",
    "enrollment_batches",
    "enrollment_rows",
    "enrollment_row_fields",
    "past_rows",
    "messages",
    "message_reactions",
    "received_events",
    "webhook_deliveries",
    "tasks",
    "audit_entries",
)
"""Tables that grow with the number of contacts."""
PARTS = 64

_INDEXES = """
SELECT pg_get_indexdef(indexrelid), indisunique, indisprimary,
       ARRAY(SELECT attname::text FROM pg_attribute
              WHERE attrelid = indrelid AND attnum = ANY (indkey) ORDER BY array_position(indkey, attnum))
  FROM pg_index WHERE indrelid = to_regclass(%s)
"""
_POLICIES = """
SELECT policyname, cmd, roles, qual, with_check FROM pg_policies WHERE tablename = %s
"""


def partition(address: str, parts: int = PARTS) -> None:
    """Replace the large tables of a database by tables of `parts` partitions each, with all of their rows."""
    with psycopg.connect(address) as connection:
        for table in LARGE:
            _partition(connection, table, parts)


def part_of(relation: str) -> str | None:
    """Return the large table that a relation is a partition of, or None."""
    table, _, number = relation.rpartition("_p")
    return table if number.isdigit() and table in LARGE else None


def _partition(connection: psycopg.Connection[Any], table: str, parts: int) -> None:
    whole = f"{table}_whole"
    indexes = connection.execute(_INDEXES, [table]).fetchall()
    policies = connection.execute(_POLICIES, [table]).fetchall()
    sequence = _sequence(connection, table)
    _run(connection, "ALTER TABLE {} RENAME TO {}", table, whole)
    _run(
        connection,
        "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY HASH (account_id)",
        table,
        whole,
    )
    for number in range(parts):
        statement = (
            f"CREATE TABLE {{}} PARTITION OF {{}} FOR VALUES WITH (MODULUS {parts}, REMAINDER {number})"
        )
        _run(connection, statement, f"{table}_p{number}", table)
    _run(connection, "INSERT INTO {} SELECT * FROM {}", table, whole)
    if sequence:
        connection.execute(f"ALTER SEQUENCE {sequence} OWNED BY {table}.id")
    _run(connection, "DROP TABLE {}", whole)
    for definition, is_unique, is_primary, columns in indexes:
        connection.execute(_with_account(table, definition, is_unique, is_primary, columns))
    _run(connection, "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO muster_rows", table)
    if policies:
        _run(connection, "ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table)
    for name, command, roles, shown, accepted in policies:
        using = f" USING ({shown})" if shown else ""
        check = f" WITH CHECK ({accepted})" if accepted else ""
        to = roles.strip("{}") if isinstance(roles, str) else ", ".join(roles)
        connection.execute(f'CREATE POLICY "{name}" ON {table} FOR {command} TO {to}{using}{check}')


def _with_account(table: str, definition: str, is_unique: bool, is_primary: bool, columns: list[str]) -> str:
    """Return the statement that creates an index, with the account where it has to be: behind all others, so
    that statements find their way as in one table."""
    keyed = columns if "account_id" in columns else [*columns, "account_id"]
    if is_primary:
        return f"ALTER TABLE {table} ADD PRIMARY KEY ({', '.join(keyed)})"
    moved = re.sub(r" ON (?:ONLY )?(?:\w+\.)?\w+ USING", f" ON {table} USING", definition, count=1)
    if is_unique and "account_id" not in columns:
        columns_of, where, condition = moved.partition(" WHERE ")
        return f"{columns_of.removesuffix(')')}, account_id){where}{condition}"
    return moved


def _run(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _sequence(connection: psycopg.Connection[Any], table: str) -> str | None:
    """Return the sequence of the ids of a table, if it has ids."""
    asked = (
        "SELECT pg_get_serial_sequence(%s, attname) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attname = 'id'"
    )
    row = connection.execute(asked, [table, table]).fetchone()
    return row[0] if row else None

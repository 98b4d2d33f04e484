"""What migrations do to the previous release, which goes on serving while the tables are changed.

What they do on PostgreSQL is read from their SQL. Whatever takes something away that the previous release
reads, refuses what it writes, or keeps a large table locked, needs a reason, in the migration:
`WHILE_OLD_VERSION_RUNS = "why this does no harm, or what an operator has to do"`.
"""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

TESTS = Path(__file__).parents[1]
RELEASE = json.loads((TESTS / "data" / "previous_release.json").read_text())["migration"]
LARGE = {
    "audit_entries",
    "contact_events",
    "contact_tags",
    "contacts",
    "enrollment_rows",
    "enrollment_steps",
    "enrollments",
    "message_reactions",
    "messages",
    "webhook_deliveries",
}
_CREATED = re.compile(r"CREATE TABLE (\w+)")
_CHANGED = re.compile(
    r"(?:ALTER TABLE|DROP TABLE|UPDATE|DELETE FROM|INSERT INTO) (\w+)|INDEX .* ON (\w+) ?[(U]"
)
_FAULTS = {
    "takes away or renames what is read": re.compile(r"^DROP TABLE|^ALTER TABLE .*( DROP COLUMN| RENAME )"),
    "changes a column": re.compile(r"^ALTER TABLE .* ALTER COLUMN .*( TYPE | SET NOT NULL| DROP DEFAULT)"),
    "requires a value that isn’t written": re.compile(
        r"^ALTER TABLE .* ADD COLUMN (?!.* DEFAULT ).* NOT NULL"
    ),
    "refuses rows that are written": re.compile(
        r"^ALTER TABLE .* ADD (CONSTRAINT|CHECK|FOREIGN|UNIQUE)|^CREATE UNIQUE INDEX"
    ),
    "takes away what conflicts are found by": re.compile(r"^ALTER TABLE .* DROP CONSTRAINT"),
    "changes rows": re.compile(r"^(UPDATE|DELETE FROM|INSERT INTO) "),
}
_LOCKS = re.compile(r"^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)")


def statements(migration: ModuleType) -> Iterator[str]:
    """Return what an upgrade sends to PostgreSQL, each statement on one line."""
    written = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written}
    )
    context.impl.connection = SimpleNamespace(dialect=context.dialect)
    with Operations.context(context):
        migration.upgrade()
    for statement in written.getvalue().split(";\n"):
        if text := " ".join(statement.split()):
            yield text


def faults(sql: list[str]) -> list[str]:
    """Return what the previous release would notice, and locks of large tables."""
    created = {found[1] for text in sql if (found := _CREATED.match(text))}
    noticed = []
    for text in sql:
        tables = {name for match in _CHANGED.finditer(text) for name in match.groups() if name}
        if tables <= created:
            continue
        noticed += [f"{fault}: {text}" for fault, pattern in _FAULTS.items() if pattern.search(text)]
        if tables & LARGE and _LOCKS.search(text):
            noticed.append(f"keeps a large table locked (postgresql_concurrently=True does not): {text}")
    return noticed

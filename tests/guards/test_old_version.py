"""The previous release goes on serving while the tables are changed, so migrations only add.

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

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.platform.schema_version import MIGRATIONS

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


def test_migrations_only_add() -> None:
    without_reason = {}
    for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions(RELEASE, "head"):
        if revision.revision == RELEASE:
            continue
        found = faults(list(statements(revision.module)))
        reason = getattr(revision.module, "WHILE_OLD_VERSION_RUNS", "")
        assert not reason or found, f"{revision.revision} gives a reason for nothing"
        if found and len(reason) < 20:
            without_reason[revision.revision] = found
    assert without_reason == {}


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("ALTER TABLE contacts ADD COLUMN color VARCHAR(10)", 0),
        ("ALTER TABLE contacts ADD COLUMN color VARCHAR(10) DEFAULT '' NOT NULL", 0),
        ("ALTER TABLE contacts ADD COLUMN color VARCHAR(10) NOT NULL", 1),
        ("ALTER TABLE contacts DROP COLUMN email_key", 1),
        ("ALTER TABLE contacts RENAME email_key TO key", 1),
        ("ALTER TABLE contacts RENAME TO people", 1),
        ("ALTER TABLE contacts ALTER COLUMN email_key TYPE TEXT", 1),
        ("ALTER TABLE contacts ALTER COLUMN email_key SET NOT NULL", 1),
        ("DROP TABLE contacts", 1),
        ("CREATE INDEX ix_contacts_color ON contacts (color)", 1),
        ("CREATE INDEX CONCURRENTLY ix_contacts_color ON contacts (color)", 0),
        ("CREATE INDEX ix_forms_color ON forms (color)", 0),
        ("CREATE UNIQUE INDEX CONCURRENTLY uq_contacts_color ON contacts (color)", 1),
        ("ALTER TABLE contacts ADD CONSTRAINT one UNIQUE (account_id, color)", 1),
        ("UPDATE contacts SET color=''", 1),
    ],
)
def test_what_needs_a_reason(sql: str, number: int) -> None:
    assert len(faults([sql])) == number
    assert faults(["CREATE TABLE contacts (id BIGINT)", sql.replace("forms", "contacts")]) == []

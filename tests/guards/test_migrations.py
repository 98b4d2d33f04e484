"""Migrations: one line of them, equal to the tables in the code, and passable in both directions."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.platform.database import db
from app.platform.schema_version import MIGRATIONS, newest_migration
from tests.guards import old_version


def test_one_numbered_line() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    revisions = [revision.revision for revision in script.walk_revisions()][::-1]
    assert script.get_heads() == [newest_migration()]
    assert [int(name[:4]) for name in revisions] == list(range(1, len(revisions) + 1))


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLAlchemy cannot read SQLite's back
def test_tables_in_the_code_are_those_of_the_database(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        everything = connection.execution_options(cross_account=True)  # it reads how the tables are made
        context = MigrationContext.configure(everything, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_back_to_nothing_and_forward_again(app: Flask) -> None:
    """With people, templates and their account in the tables."""
    with app.app_context():
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert set(db.metadata.tables) <= set(sa.inspect(db.engine).get_table_names())


def test_ids_are_not_reused(app: Flask) -> None:
    """A migration that copies a table in batch mode would lose this property of it on SQLite."""
    wanted = {
        name for name, table in db.metadata.tables.items() if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert wanted >= {"contacts", "enrollment_jobs", "uploads", "tags"}
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        with db.engine.connect() as connection:
            known = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            assert {
                name for name, sql in known if "\tid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" in sql
            } == wanted


def test_migrations_only_add() -> None:
    """Machines of the previous release go on: what they would notice needs a reason (see `old_version`)."""
    without_reason = {}
    for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions(old_version.RELEASE, "head"):
        if revision.revision == old_version.RELEASE:
            continue
        found = old_version.faults(list(old_version.statements(revision.module)))
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
    assert len(old_version.faults([sql])) == number
    assert old_version.faults(["CREATE TABLE contacts (id BIGINT)", sql.replace("forms", "contacts")]) == []

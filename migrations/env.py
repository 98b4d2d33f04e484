"""Runs the migrations on the app's own engine, numbered in the order they were made.

Batch mode on SQLite copies a table and drops the old one, which with foreign keys on would delete the
children: they are off while migrations run.
"""

import re
from typing import Any

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine


def numbered(_context: object, _revision: object, directives: list[Any]) -> None:
    """Name a new revision 0004_what_it_does, and make none when nothing changed."""
    script = directives[0]
    if getattr(context.config.cmd_opts, "autogenerate", False) and script.upgrade_ops.is_empty():
        directives[:] = []
        return
    head = context.script.get_current_head() if context.script else None
    number = int(head[:4]) + 1 if head else 1
    words = re.sub(r"[^a-z0-9]+", "_", (script.message or "change").lower()).strip("_")
    script.rev_id = f"{number:04d}_{words}"[:32]


def plain_types(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our own column types as SQLAlchemy's, so that a migration does not depend on the app."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "BigInteger":
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if kind == "type" and type(item).__name__ in ("JSON", "Document"):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


with engine.connect().execution_options(cross_account=True) as connection:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadatas[None],
        process_revision_directives=numbered,
        render_item=plain_types,
        compare_type=True,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
    else:
        from app.platform.tenancy import row_security  # loads PostgreSQL's driver

        row_security.set_up(engine)

"""SQLite never gives the id of a deleted contact, job, upload, or tag to a new one

Rows that name them without a foreign key (events, enrollments, rows of jobs) would belong to the new one.
PostgreSQL's sequences do not reuse ids.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0039_ids_not_reused"
down_revision = "0038_people"
branch_labels = None
depends_on = None

# Each with the columns that may hold ids of rows that are gone.
TABLES = {
    "contacts": (("contact_events", "contact_id"), ("enrollments", "contact_id")),
    "enrollment_jobs": (("contacts", "created_job_id"), ("enrollments", "job_id")),
    "uploads": (("enrollment_jobs", "upload_id"),),
    "tags": (("contact_tags", "tag_id"),),
}
PLAIN = "\tid INTEGER NOT NULL,"
COUNTED = "\tid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, references in TABLES.items():
        _rebuild(table, lambda sql, table=table: _counted(sql, table))
        last = " , ".join(f"(SELECT coalesce(max({column}), 0) FROM {other})" for other, column in references)
        highest = f"max((SELECT coalesce(max(id), 0) FROM {table}), {last})"
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', {highest}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        _rebuild(table, lambda sql, table=table: _plain(sql, table))


def _counted(sql: str, table: str) -> str:
    key = re.compile(rf"CONSTRAINT pk_{table} PRIMARY KEY \(id\),?\s*")
    found = key.sub("", sql.replace(PLAIN, COUNTED, 1))
    return re.sub(r",\s*\)\s*$", "\n)", found)


def _plain(sql: str, table: str) -> str:
    found = sql.replace(COUNTED, PLAIN, 1).rstrip().removesuffix(")").rstrip()
    return f"{found},\n\tCONSTRAINT pk_{table} PRIMARY KEY (id)\n)"


def _rebuild(table: str, change: Callable[[str], str]) -> None:
    """Copy the table into one with a changed definition. Its text is changed, because Alembic would lose
    indexes on expressions. Foreign keys are off."""
    known = sa.text(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
    ).bindparams(name=table)
    found = [tuple(row) for row in op.get_bind().execute(known)]
    [old] = [sql for kind, sql in found if kind == "table"]
    new = change(old)
    if new == old:
        raise RuntimeError(f"the definition of {table} is not the expected one")
    made = re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {table}__new", new, count=1)
    for statement in (
        made,
        f"INSERT INTO {table}__new SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}__new RENAME TO {table}",
        *(sql for kind, sql in found if kind == "index"),
    ):
        op.get_bind().exec_driver_sql(statement)

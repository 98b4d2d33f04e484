"""Whether the database is of this version, told without the migration tools: all ask, few migrate."""

from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.String))


@lru_cache(maxsize=1)
def newest_migration() -> str:
    """A migration's file has its name, and they are numbered. Read once: anybody may ask for /readyz."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_up_to_date(connection: sa.Connection) -> bool:
    """Whether the newest migration of this version, and no other, is the one that was applied last."""
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return False
    return list(connection.scalars(sa.select(_VERSIONS.c.version_num))) == [newest_migration()]

"""Compare the database's schema version with this release, without importing the migration tools."""

from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.String))


@lru_cache(maxsize=1)
def newest_migration() -> str:
    """Return the id of the newest migration, which is its file name. Cached, because /readyz is public."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_up_to_date(connection: sa.Connection) -> bool:
    """Return True if the database's only current revision is the newest migration of this release."""
    return _applied(connection) == [newest_migration()]


def is_sufficient(connection: sa.Connection) -> bool:
    """Return True if this release can serve: the database is up to date, or a later release has added to it.
    Migrations only add, so that machines of the previous release go on until they are replaced."""
    version = applied_migration(connection)
    return version is not None and (version == newest_migration() or is_newer(version))


def is_newer(version: str) -> bool:
    """Return True if a migration is a later one than this release has."""
    return version[:4].isdigit() and version[:4] > newest_migration()[:4]


def applied_migration(connection: sa.Connection) -> str | None:
    """Return the id of the last migration that was applied to a database; None if none was."""
    return max(_applied(connection), default=None)


def _applied(connection: sa.Connection) -> list[str]:
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return []
    return list(connection.scalars(sa.select(_VERSIONS.c.version_num)))

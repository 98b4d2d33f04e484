"""Health of the database: reachable, writable, migrated; and the migration of an outdated one."""

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.platform.database import db, session, takes_writes
from app.platform.database.migrating import migrate
from app.platform.schema_version import is_sufficient

WRITER_WAIT_SECONDS = 3.0


def database_answers() -> bool:
    """Return True if the database can be read and written.

    Waits up to WRITER_WAIT_SECONDS for a lock; workers hold one for a second at most.
    """
    return database_is_readable() and takes_writes(WRITER_WAIT_SECONDS)


def database_is_readable() -> bool:
    try:
        return bool(session().scalar(sa.text("SELECT 1")) == 1)
    except SQLAlchemyError:
        session().rollback()
        return False


def migrations_are_applied() -> bool:
    """Return True if all migrations of this release are applied, or also some of a later one."""
    return is_sufficient(session().connection())


def apply_migrations() -> None:
    """Apply missing migrations; wait for another program that is applying them."""
    session().rollback()
    migrate(db.engine)

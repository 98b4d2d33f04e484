"""Applying missing migrations, by one program at a time: a command may be run while Muster starts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app.platform.database.transactions import write_lock
from app.platform.schema_version import MIGRATIONS, is_up_to_date

# Key of the advisory lock that serializes migrations across machines; an arbitrary number.
MIGRATION_LOCK = 5_021_960_771
MIGRATION_WAIT_SECONDS = 600.0
POLL_SECONDS = 0.1


def migrate(engine: Engine) -> None:
    """Apply missing migrations; wait for another program that is applying them."""
    if _is_current(engine):
        return
    from flask_migrate import upgrade  # takes 11 MB and 0.2 s, and is rarely needed

    with migrating_alone(engine):
        if not _is_current(engine):
            upgrade(directory=str(MIGRATIONS))


@contextmanager
def migrating_alone(engine: Engine) -> Iterator[None]:
    """Wait until no other program changes the schema, and keep others from it. On SQLite, nobody else writes
    meanwhile, either."""
    if engine.dialect.name == "sqlite":
        with write_lock(engine, MIGRATION_WAIT_SECONDS):
            yield
        return
    with engine.connect() as connection:
        # No transaction waits or stays open: CREATE INDEX CONCURRENTLY would wait for it in turn.
        while not _takes_lock(connection):
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(MIGRATION_LOCK)))


def _takes_lock(connection: sa.Connection) -> bool:
    taken = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(MIGRATION_LOCK)))
    connection.rollback()  # the lock belongs to the session
    return bool(taken)


def _is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        return is_up_to_date(connection)

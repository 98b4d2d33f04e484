"""Brings the database to the state that this version needs: migrations, then the system templates.

`python -m ops.prepare LOG` does it for the settings of the environment and prints {"token", "problem"}.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app import create_app
from app.accounts.application import required_setup_token
from app.gallery.application import load_system_templates
from app.platform import logs
from app.platform.database import db
from app.platform.schema_version import is_up_to_date
from app.platform.settings import Settings
from ops.problems import Problem
from ops.process import leave

# Machines that start at the same moment migrate one after the other. Any number of our own will do.
MIGRATION_LOCK = 5_021_960_771


def prepare_database(settings: Settings) -> str | None:
    """Migrate and load the system templates. Raises Problem when the database does not answer.

    Returns the token that the first visitor has to know, if strangers can come and nobody owns Muster yet.
    """
    app = create_app(settings)
    with app.app_context():
        _check_connection(settings)
        try:
            _migrate()
            load_system_templates()
            return required_setup_token(settings)
        finally:
            db.session.remove()
            db.engine.dispose()


def _migrate() -> None:
    with db.engine.connect() as connection:
        if is_up_to_date(connection):
            return
    from flask_migrate import upgrade  # a fifth of a second, hardly ever needed

    with _alone(db.engine):
        upgrade()


def _check_connection(settings: Settings) -> None:
    try:
        with db.engine.connect():
            pass
    except sa.exc.DBAPIError as failure:
        where = "DATABASE_URL" if not settings.is_sqlite else str(db.engine.url.database)
        reason = str(failure.orig).strip().splitlines()[-1]
        raise Problem(f"The database at {where} can’t be opened: {reason}") from None


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(MIGRATION_LOCK)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(MIGRATION_LOCK)))


def main(log_file: str) -> None:
    """Prepare, and tell the program that started this one."""
    token = problem = None
    try:
        _log_into(log_file)
        token = prepare_database(Settings.from_environment(os.environ))
    except Problem as found:
        problem = str(found)
    except OSError as wrong:
        place = f" ({wrong.filename})" if wrong.filename else ""
        problem = f"{wrong.strerror or wrong}{place}."
    print(json.dumps({"token": token, "problem": problem}))
    leave(0)


def _log_into(path: str) -> None:
    """What the app logs while it is prepared belongs into a file; the terminal is for people."""
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logs.JsonLine())
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    main(sys.argv[1])

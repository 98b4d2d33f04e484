"""Brings the database up to date: migrations, row-level security, and system templates.

Run as `python -m ops.prepare LOG PIPE`, configured by the environment; PIPE is the number of an open file.
The first line written to it is JSON that says whether the database is current, so that the web server can
start in parallel. The second line is the result.
"""

import json
import logging
import os
import sys
from dataclasses import asdict

import sqlalchemy as sa

from app.platform import logs
from app.platform.logs import log
from app.platform.schema_version import applied_migration, is_newer, is_up_to_date, newest_migration
from app.platform.settings import Settings
from ops.preparation import Prepared
from ops.problems import Problem
from ops.shutdown import leave


def prepare_database(settings: Settings) -> Prepared:
    """Migrate, set up row-level security, and load the system templates. Raises Problem if the database does
    not answer."""
    from app import create_app
    from app.accounts.application import required_setup_token
    from app.gallery.application import load_system_templates
    from app.platform.database import db
    from app.platform.database.migrating import migrate

    app = create_app(settings, process="setup")
    with app.app_context():
        _check_connection(settings, db.engine)
        try:
            _check_version(db.engine)
            migrate(db.engine)
            notice = None if settings.is_sqlite else _secure_rows(db.engine)
            load_system_templates()
            return Prepared(required_setup_token(settings), notice)
        finally:
            db.session.remove()
            db.engine.dispose()


def is_current(settings: Settings) -> bool:
    """Return whether there is nothing to migrate or set up; False if unknown. Does not load the rooms."""
    if settings.is_sqlite and not os.path.exists(settings.database_url.removeprefix("sqlite:///")):
        return False
    engine = sa.create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            return is_up_to_date(connection) and (settings.is_sqlite or _has_row_security(connection))
    except sa.exc.DBAPIError:
        return False
    finally:
        engine.dispose()


def _has_row_security(connection: sa.Connection) -> bool:
    from app.platform.tenancy import row_security  # loads the PostgreSQL driver

    return row_security.is_up(connection)


def _secure_rows(engine: sa.Engine) -> str | None:
    """Set up row-level security; return a message with the statements to run if our user is not allowed
    to."""
    from app.platform.database.migrating import migrating_alone
    from app.platform.tenancy import row_security

    with engine.connect() as connection:
        if _has_row_security(connection):
            return None
    with migrating_alone(engine):
        if row_security.set_up(engine):
            engine.dispose()  # open connections do not use the role yet
            return None
    log.warning("row_security_off", extra={"role": row_security.ROLE})
    role, user = row_security.ROLE, engine.url.username
    return (
        "PostgreSQL doesn’t keep accounts apart by itself, because its user may not create roles. "
        f"To add this protection, run as an administrator: CREATE ROLE {role}; GRANT {role} TO {user};"
    )


def _check_connection(settings: Settings, engine: sa.Engine) -> None:
    try:
        with engine.connect():
            pass
    except sa.exc.DBAPIError as failure:
        where = "DATABASE_URL" if not settings.is_sqlite else str(engine.url.database)
        reason = str(failure.orig).strip().splitlines()[-1]
        raise Problem(f"The database at {where} can’t be opened: {reason}") from None


def _check_version(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        version = applied_migration(connection)
    if version is not None and is_newer(version):
        raise Problem(
            f"The database ({version}) is newer than this program ({newest_migration()})."
            " Install the release that it was last used with."
        )


def main(log_file: str, pipe: str) -> None:
    """Prepare the database and report to the program behind `make run`."""
    told: dict[str, str | None] = {"token": None, "notice": None, "problem": None}
    with open(int(pipe), "w", buffering=1) as lines:
        try:
            _log_into(log_file)
            settings = Settings.from_environment(os.environ)
            lines.write(json.dumps({"is_current": is_current(settings)}) + "\n")
            told |= asdict(prepare_database(settings))
        except Problem as found:
            told["problem"] = str(found)
        except OSError as wrong:
            place = f" ({wrong.filename})" if wrong.filename else ""
            told["problem"] = f"{wrong.strerror or wrong}{place}."
        except Exception as unexpected:
            log.error("not_prepared", exc_info=unexpected)
            raise
        lines.write(json.dumps(told) + "\n")
    leave(0)


def _log_into(path: str) -> None:
    """Log to a file, because the terminal is for the user."""
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logs.JsonLine())
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    main(*sys.argv[1:])

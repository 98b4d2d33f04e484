"""Checks of the database: reachable, version, migrations, integrity, settings, protection of accounts."""

from typing import Final

from app.home.infrastructure import database_state
from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.schema_version import newest_migration
from app.platform.settings import current
from app.platform.text.formats import size

UNKNOWN: Final = warning("Not checked, because the database can’t be reached.", "Solve that problem first.")
OLDEST_SQLITE: Final = (3, 35)
OLDEST_POSTGRESQL: Final = 14
QUICK_CHECK_SECONDS: Final = 10.0
CONNECTIONS_PER_PROCESS: Final = 5
"""That processes usually keep open; the web server has one for each of its 10 threads."""


def register() -> None:
    add(Check("database", "Database", reachable, seconds=10.0))
    add(Check("migrations", "Migrations", migrations, seconds=10.0))
    add(Check("database_content", "Database content", content, seconds=QUICK_CHECK_SECONDS + 3))


def reachable() -> Result:
    """Check that the database responds, can be written, and has a version that is supported."""
    settings = current()
    if (missing := _missing_file()) is not None:
        return missing
    try:
        state = database_state.server()
    except database_state.NotReachable as failure:
        return problem(
            f"The database can’t be reached ({failure}).",
            "Check the permissions of the file and the folder DATA_DIR."
            if settings.is_sqlite
            else "Start PostgreSQL, or correct DATABASE_URL: host, port, database, user, and password.",
        )
    if state.is_sqlite:
        if state.version[:2] < OLDEST_SQLITE:
            return problem(f"SQLite {state.shown_version} is too old.", "Install a Python with SQLite 3.35.")
    elif state.version[0] < OLDEST_POSTGRESQL:
        return problem(
            f"PostgreSQL {state.shown_version} is too old.", f"Upgrade to PostgreSQL {OLDEST_POSTGRESQL}."
        )
    if state.is_read_only:
        return problem(
            "The database can be read, but not changed.",
            f"Let this user write to {_file()} and its folder."
            if state.is_sqlite
            else "Use the primary server in DATABASE_URL, and check default_transaction_read_only.",
        )
    name = "SQLite" if state.is_sqlite else "PostgreSQL"
    return ok(f"{name} {state.shown_version} responds ({size(state.size)}).")


def migrations() -> Result:
    """Check that the database is as this release expects it."""
    if _missing_file() is not None:
        return problem("There are no tables.", "Run flask db upgrade, or start Muster with make run.")
    try:
        version = database_state.schema_version()
    except database_state.NotReachable:
        return UNKNOWN
    newest = newest_migration()
    if version == newest:
        return ok(f"The database is up to date ({newest}).")
    if version is None:
        return problem("There are no tables.", "Run flask db upgrade, or start Muster with make run.")
    if version > newest:
        return problem(
            f"The database ({version}) is newer than this program ({newest}).",
            "Install the release that the database was last used with.",
        )
    return problem(
        f"The database ({version}) is older than this program ({newest}).",
        "Stop Muster, make a backup, and run flask db upgrade.",
    )


def content() -> Result:
    """Check an SQLite file for damage, and PostgreSQL for settings that matter."""
    if _missing_file() is not None:
        return warning("Not checked, because the database file doesn’t exist.", "Start Muster with make run.")
    try:
        return _file_content() if current().is_sqlite else _server_settings()
    except database_state.NotReachable:
        return UNKNOWN


def _file_content() -> Result:
    damage = database_state.damage(QUICK_CHECK_SECONDS)
    if damage is None:
        return ok(
            f"No damage found within {QUICK_CHECK_SECONDS:g} seconds; the file is too large for all of it."
        )
    if damage:
        return problem(
            f"The database file is damaged: {damage}.",
            "Stop Muster, and restore the last backup with flask restore FILE --replace.",
        )
    return ok("The database file is undamaged.")


def _server_settings() -> Result:
    state, needed = database_state.server_settings(), _needed_connections()
    found = []
    if state["server_encoding"] != "UTF8":
        found.append(
            problem(
                f"The database has the encoding {state['server_encoding']}, so many names can’t be saved.",
                "Create a database with ENCODING 'UTF8', and copy the data to it.",
            )
        )
    if state["autovacuum"] != "on":
        found.append(
            problem(
                "Autovacuum is off, so tables grow and queries become slow.",
                "Set autovacuum = on in postgresql.conf, and reload PostgreSQL.",
            )
        )
    if state["transaction_isolation"] != "read committed":
        found.append(
            problem(
                f"Transactions are {state['transaction_isolation']} by default.",
                "Set default_transaction_isolation to 'read committed' for the database and its user.",
            )
        )
    if state["TimeZone"] != "UTC":
        found.append(problem("Connections aren’t in UTC.", "Remove time zones from DATABASE_URL."))
    if int(state["max_connections"]) < needed:
        found.append(
            warning(
                f"PostgreSQL allows {state['max_connections']} connections; this machine may need {needed}.",
                f"Raise max_connections to {needed * 2}, or lower WORKERS.",
            )
        )
    if state["row_security"] != "on":
        found.append(
            warning(
                "PostgreSQL doesn’t keep accounts apart by itself (row-level security is off).",
                "Start Muster once; it prints the statements that an administrator has to run.",
            )
        )
    return worst(found, "Encoding, time zone, autovacuum, isolation, and connections are right.")


def _needed_connections() -> int:
    """Return how many connections the processes of this machine may open."""
    return CONNECTIONS_PER_PROCESS * (current().workers + 2) + 10


def _missing_file() -> Result | None:
    if not current().is_sqlite or database_state.has_file():
        return None
    return problem(
        f"The database file {_file()} doesn’t exist.",
        "Check DATA_DIR; on a new installation, start Muster with make run.",
    )


def _file() -> str:
    return current().database_url.removeprefix("sqlite:///")

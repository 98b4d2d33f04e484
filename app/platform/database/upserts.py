"""INSERT statements that can skip or update rows that exist already."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.platform.database.engine import is_sqlite


def insert_into(table: Any, on_sqlite: bool | None = None) -> Any:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, for the database in use.
    Cached functions, whose result depends on the database, say which one it is."""
    return (sqlite if (is_sqlite() if on_sqlite is None else on_sqlite) else postgresql).insert(table)

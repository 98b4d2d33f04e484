"""The statements that the database is asked while something runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.platform.database import db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements of a block."""
    found: list[str] = []
    with app.app_context():
        engine = db.engine
    with _noting(engine, lambda statement, _values: found.append(statement)):
        yield found


@contextmanager
def listening(is_meant: Callable[[str], bool]) -> Iterator[list[tuple[str, Any]]]:
    """Collect some of the statements of a block, with their values; in an app context."""
    heard: list[tuple[str, Any]] = []

    def note(statement: str, values: Any) -> None:
        if is_meant(statement):
            heard.append((statement, values))

    with _noting(db.engine, note):
        yield heard


@contextmanager
def _noting(engine: sa.Engine, note: Callable[[str, Any], None]) -> Iterator[None]:
    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        note(statement, values)

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)

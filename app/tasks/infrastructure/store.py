"""Writes of single notes and tasks, and their removal with their contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.platform.database import session
from app.platform.database.redacting import redact_rows
from app.tasks.infrastructure.tables import ContactNote, Task

_PLAIN = {"synchronize_session": False}


def add(row: ContactNote | Task) -> None:
    session().add(row)
    session().flush()


def set_done(account_id: int, task_id: int, is_done: bool, at: datetime, user_id: int | None) -> bool:
    """Mark a task as done or open; return False if it is so already."""
    changed = session().execute(
        sa.update(Task)
        .where(
            Task.account_id == account_id,
            Task.id == task_id,
            Task.done_at.is_(None) if is_done else Task.done_at.isnot(None),
        )
        .values(done_at=at if is_done else None, done_by=user_id if is_done else None, updated_at=at)
        .returning(Task.id),
        execution_options=_PLAIN,
    )
    return changed.first() is not None


def delete(table: type[ContactNote] | type[Task], account_id: int, row_id: int) -> None:
    session().execute(
        sa.delete(table).where(table.account_id == account_id, table.id == row_id), execution_options=_PLAIN
    )


def delete_of_contacts(account_id: int, contacts: sa.Select[Any] | Sequence[int]) -> None:
    """Delete the notes and tasks of the contacts whose ids the select returns."""
    for table in (ContactNote, Task):
        session().execute(
            sa.delete(table).where(table.account_id == account_id, table.contact_id.in_(contacts)),
            execution_options=_PLAIN,
        )


def redact(account_id: int, addresses: Sequence[str]) -> None:
    """Remove email addresses from the notes and tasks of other contacts, which may quote them."""
    redact_rows(ContactNote.__table__, ["text"], account_id, addresses)
    redact_rows(Task.__table__, ["title", "notes"], account_id, addresses)

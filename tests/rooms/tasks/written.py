"""Notes and tasks to try things on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.tasks import application as tasks
from app.tasks.application import NewNote, NewTask, Source
from app.tasks.infrastructure.tables import ContactNote, Task


def step(enrollment_id: int, step_id: str = "s1", visit: int = 1, workflow_id: int = 5) -> Source:
    """The step of a workflow that writes."""
    return Source(workflow_id, enrollment_id, step_id, visit)


def write_notes(app: Flask, account_id: int, notes: Sequence[NewNote]) -> int:
    """Write notes as a workflow does."""
    with app.app_context(), transaction():
        contacts.hold_many(account_id, id_list([one.contact_id for one in notes]))
        return tasks.add_notes(account_id, notes, now())


def create_tasks(app: Flask, account_id: int, wanted: Sequence[NewTask]) -> int:
    """Create tasks as a workflow does."""
    with app.app_context(), transaction():
        contacts.hold_many(account_id, id_list([one.contact_id for one in wanted]))
        return tasks.create_many(account_id, wanted, now())


def task(app: Flask, actor: Actor, contact_id: int, title: str = "Call", **given: Any) -> int:
    """A task that a person creates; it is due tomorrow unless `due_at` says otherwise."""
    given.setdefault("due_at", now() + timedelta(days=1))
    with app.app_context():
        return tasks.create_task(actor, contact_id, title=title, **given).id


def note(app: Flask, actor: Actor, contact_id: int, text: str = "Called") -> int:
    """A note that a person writes."""
    with app.app_context():
        return tasks.add_note(actor, contact_id, text).id


def notes_of(app: Flask, account_id: int) -> list[ContactNote]:
    with app.app_context():
        query = sa.select(ContactNote).where(ContactNote.account_id == account_id).order_by(ContactNote.id)
        return list(session().scalars(query))


def tasks_of(app: Flask, account_id: int) -> list[Task]:
    with app.app_context():
        query = sa.select(Task).where(Task.account_id == account_id).order_by(Task.id)
        return list(session().scalars(query))


def in_hours(hours: float) -> datetime:
    return now() + timedelta(hours=hours)

"""Notes and tasks that workflows write: any number in one statement, in the caller's transaction.

The caller holds the contacts (`contacts.hold_many`), or they could be removed in the same moment.
"""

from collections.abc import Sequence
from datetime import datetime

from app.activity import application as activity
from app.platform.database import transaction
from app.tasks.domain import NewNote, NewTask
from app.tasks.infrastructure import bulk_store
from app.tasks.infrastructure.tables import ContactNote, Task


def add_notes(account_id: int, notes: Sequence[NewNote], at: datetime) -> int:
    """Write notes and an entry in each contact's timeline; return how many notes are new.

    A note that its step has already written on the same visit is ignored, as are notes without a text and
    notes about contacts that do not exist. Texts that are too long are cut.
    """
    with transaction():
        added = bulk_store.add_notes(account_id, notes, at)
        events = bulk_store.events_of(ContactNote.__table__, account_id, added)
        activity.record_each("note_added", account_id, events, at)
    return len(added)


def create_many(account_id: int, tasks: Sequence[NewTask], at: datetime) -> int:
    """Create tasks and an entry in each contact's timeline; return how many tasks are new.

    A task that its step has already created on the same visit is ignored, as are tasks about contacts that do
    not exist. Texts that are too long are cut, and a task without a title gets one.
    """
    with transaction():
        added = bulk_store.create_many(account_id, tasks, at)
        events = bulk_store.events_of(Task.__table__, account_id, added)
        activity.record_each("task_created", account_id, events, at)
    return len(added)

"""Reads of notes and tasks. Lists of tasks walk along an index of open or done ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import session
from app.tasks.infrastructure.tables import ContactNote, Task

MOST_OF_CONTACT = 1_000

Row = TypeVar("Row", ContactNote, Task)


@dataclass(frozen=True)
class Wanted:
    """Which tasks a list has: open or done ones; due in [since, until); those for a person (user id, role) or
    for anyone; those of a contact."""

    is_done: bool = False
    since: datetime | None = None
    until: datetime | None = None
    mine: tuple[int | None, str] | None = None
    contact_id: int | None = None


class Place(NamedTuple):
    """A place in a list of tasks: when a task is due, or was done if they are done ones, and its id."""

    at: datetime
    id: int


class TaskPage(NamedTuple):
    tasks: Sequence[Task]
    has_previous: bool
    has_next: bool


class Counts(NamedTuple):
    """Numbers of notes and tasks."""

    notes: int
    tasks: int


def note(account_id: int, contact_id: int, note_id: int) -> ContactNote | None:
    """Return a note of a contact, reloaded from the database."""
    query = sa.select(ContactNote).where(
        ContactNote.account_id == account_id,
        ContactNote.contact_id == contact_id,
        ContactNote.id == note_id,
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def task(account_id: int, task_id: int, lock: bool = False) -> Task | None:
    """Return a task, reloaded from the database and locked until the transaction ends if wanted."""
    query = sa.select(Task).where(Task.account_id == account_id, Task.id == task_id)
    if lock:
        query = query.with_for_update()
    return session().scalar(query, execution_options={"populate_existing": True})


def by_ids(table: type[Row], account_id: int, ids: Sequence[int]) -> dict[int, Row]:
    """Return {id: row} of the notes or tasks that exist."""
    query = sa.select(table).where(table.account_id == account_id, table.id.in_(ids))
    return {row.id: row for row in session().scalars(query)} if ids else {}


def of_contact(
    table: type[Row], account_id: int, contact_id: int, before: int | None, limit: int
) -> Sequence[Row]:
    """Return a contact's notes or tasks with ids below `before` (None: the newest), newest first."""
    query = sa.select(table).where(table.account_id == account_id, table.contact_id == contact_id)
    if before is not None:
        query = query.where(table.id < before)
    return session().scalars(query.order_by(table.id.desc()).limit(limit)).all()


def task_page(
    account_id: int, wanted: Wanted, limit: int, after: Place | None = None, before: Place | None = None
) -> TaskPage:
    """Return the page of tasks after or before a place: open ones by due date, done ones by when they were
    done, the latest first."""
    is_back = before is not None
    place = before if is_back else after
    is_falling = wanted.is_done is not is_back
    parts = [
        _ordered(tasks, wanted, place, is_falling).limit(limit + 1).subquery()
        for tasks in _parts(account_id, wanted)
    ]
    found = session().execute(sa.union_all(*(sa.select(part.c.at, part.c.id) for part in parts))).all()
    ids = [row.id for row in sorted(found, key=lambda row: (row.at, row.id), reverse=is_falling)][: limit + 1]
    known = by_ids(Task, account_id, ids)
    tasks = [known[task_id] for task_id in ids if task_id in known]
    if not is_back:
        return TaskPage(tasks[:limit], place is not None, len(tasks) > limit)
    if len(tasks) <= limit:
        return task_page(account_id, wanted, limit)
    return TaskPage(tasks[:limit][::-1], True, True)


def count_tasks(account_id: int, wanted: Wanted, at_most: int) -> int:
    """Count tasks, up to `at_most`."""
    parts = [
        _ordered(tasks, wanted, None, wanted.is_done).limit(at_most).subquery()
        for tasks in _parts(account_id, wanted)
    ]
    counts = sa.union_all(*(sa.select(sa.func.count()).select_from(part) for part in parts))
    return min(at_most, sum(session().scalars(counts)))


def count_of_contacts(account_id: int, contacts: sa.Select[Any] | Sequence[int]) -> Counts:
    """Count the notes and tasks of the contacts whose ids the select returns."""
    found = [
        session().scalar(
            sa.select(sa.func.count()).where(table.account_id == account_id, table.contact_id.in_(contacts))
        )
        for table in (ContactNote, Task)
    ]
    return Counts(found[0] or 0, found[1] or 0)


def contacts(account_id: int, ids: Iterable[int]) -> dict[int, Contact]:
    """Return {id: contact}."""
    wanted = set(ids)
    query = sa.select(Contact).where(Contact.account_id == account_id, Contact.id.in_(wanted))
    return {contact.id: contact for contact in session().scalars(query)} if wanted else {}


def _parts(account_id: int, wanted: Wanted) -> list[sa.Select[Any]]:
    """Select (due_at, done_at, id) of the tasks that are wanted, in parts each of which is one range of an
    index, whatever the planner's statistics say."""
    columns = (Task.due_at, Task.done_at, Task.id, Task.for_user_id, Task.for_role)
    query: Any = sa.select(*columns).where(Task.account_id == account_id)
    if wanted.contact_id is not None:
        of_contact = query.where(Task.contact_id == wanted.contact_id)
        tasks: Any = of_contact.order_by(Task.id.desc()).limit(MOST_OF_CONTACT).subquery("of_contact").c
        query = sa.select(tasks.due_at, tasks.done_at, tasks.id)
    else:
        tasks = Task
        query = query.with_only_columns(*columns[:3])
    query = query.where(tasks.done_at.isnot(None) if wanted.is_done else tasks.done_at.is_(None))
    if wanted.since is not None:
        query = query.where(tasks.due_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(tasks.due_at < wanted.until)
    if wanted.mine is None:
        return [query]
    user_id, role = wanted.mine
    for_nobody = query.where(tasks.for_user_id.is_(None))
    mine = [for_nobody.where(tasks.for_role.is_(None)), for_nobody.where(tasks.for_role == role)]
    return mine if user_id is None else [*mine, query.where(tasks.for_user_id == user_id)]


def _ordered(tasks: sa.Select[Any], wanted: Wanted, place: Place | None, is_falling: bool) -> sa.Select[Any]:
    """Select (at, id) of the tasks that come after `place`, in order."""
    chosen = {column.key: column for column in tasks.selected_columns}
    at, task_id = chosen["done_at" if wanted.is_done else "due_at"], chosen["id"]
    if place is not None and is_falling:
        tasks = tasks.where(at <= place.at, sa.or_(at < place.at, task_id < place.id))
    elif place is not None:
        tasks = tasks.where(at >= place.at, sa.or_(at > place.at, task_id > place.id))
    # All of a part have the same assignee: sorted by it, they are in the order of the index.
    is_range = wanted.mine is not None and wanted.contact_id is None and not wanted.is_done
    keys = [Task.for_user_id, Task.for_role, at, task_id] if is_range else [at, task_id]
    order = [one.desc() if is_falling else one.asc() for one in keys]
    return tasks.with_only_columns(at.label("at"), task_id).order_by(*order)

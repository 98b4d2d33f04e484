"""Reads of notes and tasks. Lists of tasks walk along an index of open or done ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
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
    column = Task.done_at if wanted.is_done else Task.due_at
    is_falling = wanted.is_done is not is_back
    query = _tasks(account_id, wanted)
    if place is not None:
        query = query.where(_beyond(column, place, is_falling))
    order = [one.desc() if is_falling else one.asc() for one in (column, Task.id)]
    found = session().scalars(query.order_by(*order).limit(limit + 1)).all()
    if not is_back:
        return TaskPage(found[:limit], place is not None, len(found) > limit)
    if len(found) <= limit:
        return task_page(account_id, wanted, limit)
    return TaskPage(found[:limit][::-1], True, True)


def count_tasks(account_id: int, wanted: Wanted, at_most: int) -> int:
    """Count tasks, up to `at_most`."""
    found = _tasks(account_id, wanted).with_only_columns(Task.id).limit(at_most).subquery()
    return session().scalar(sa.select(sa.func.count()).select_from(found)) or 0


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


def names_of_users(ids: Iterable[int | None]) -> dict[int, str]:
    """Return {user id: name}."""
    wanted = {user_id for user_id in ids if user_id}
    query = sa.select(User.id, User.name).where(User.id.in_(wanted))
    return {row.id: row.name for row in session().execute(query)} if wanted else {}


def _tasks(account_id: int, wanted: Wanted) -> sa.Select[Task]:
    query = sa.select(Task).where(
        Task.account_id == account_id, Task.done_at.isnot(None) if wanted.is_done else Task.done_at.is_(None)
    )
    if wanted.since is not None:
        query = query.where(Task.due_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Task.due_at < wanted.until)
    if wanted.contact_id is not None:
        # Found through the contact, whatever the planner's statistics say about open tasks.
        of_contact = sa.select(Task.id).where(
            Task.account_id == account_id, Task.contact_id == wanted.contact_id
        )
        query = query.where(Task.id.in_(of_contact.order_by(Task.id.desc()).limit(MOST_OF_CONTACT)))
    if wanted.mine is not None:
        user_id, role = wanted.mine
        is_for_role = sa.or_(Task.for_role.is_(None), Task.for_role == role)
        query = query.where(
            sa.or_(Task.for_user_id == user_id, sa.and_(Task.for_user_id.is_(None), is_for_role))
        )
    return query


def _beyond(column: Any, place: Place, is_falling: bool) -> sa.ColumnElement[bool]:
    """SQL condition: a task comes after `place` in the order of (column, id)."""
    if is_falling:
        return sa.and_(column <= place.at, sa.or_(column < place.at, Task.id < place.id))
    return sa.and_(column >= place.at, sa.or_(column > place.at, Task.id > place.id))

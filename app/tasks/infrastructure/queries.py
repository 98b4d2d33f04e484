"""Reads of notes and tasks. Lists of tasks walk along an index of open or done ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import session
from app.platform.database.many_rows import id_param, moment_param
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
    values = {"of_account": account_id, "of_contact": contact_id}
    below = {} if before is None else {"before": before}
    query = _of_contact(cast(Any, table), before is not None, limit)
    found: Sequence[Row] = session().scalars(query, values | below).all()
    return found


@lru_cache
def _of_contact(table: Any, is_below: bool, limit: int) -> sa.Select[Any]:
    query = sa.select(table).where(
        table.account_id == id_param("of_account"), table.contact_id == id_param("of_contact")
    )
    if is_below:
        query = query.where(table.id < id_param("before"))
    return query.order_by(table.id.desc()).limit(limit)


def task_page(
    account_id: int, wanted: Wanted, limit: int, after: Place | None = None, before: Place | None = None
) -> TaskPage:
    """Return the page of tasks after or before a place: open ones by due date, done ones by when they were
    done, the latest first."""
    is_back = before is not None
    place = before if is_back else after
    is_falling = wanted.is_done is not is_back
    values = _values(account_id, wanted)
    at = {} if place is None else {"place_at": place.at, "place_id": place.id}
    query = _page(wanted.is_done, frozenset(values), place is not None, is_falling, limit + 1)
    found = session().execute(query, values | at).all()
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
    values = _values(account_id, wanted)
    numbers: Iterable[int] = session().scalars(_count(wanted.is_done, frozenset(values), at_most), values)
    return min(at_most, sum(numbers))


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


def _values(account_id: int, wanted: Wanted) -> dict[str, Any]:
    """Return the values of the parameters of a statement about these tasks."""
    user_id, role = wanted.mine or (None, None)
    given = {
        "of_account": account_id,
        "since": wanted.since,
        "until": wanted.until,
        "of_user": user_id,
        "of_role": role,
        "of_contact": wanted.contact_id,
    }
    return {name: value for name, value in given.items() if value is not None}


def _named(is_done: bool, names: frozenset[str]) -> Any:
    """Return which tasks are wanted, with parameters of these names as values."""
    makers = {"since": moment_param, "until": moment_param, "of_user": id_param, "of_contact": id_param}
    since, until, user_id, contact_id = (
        make(name) if name in names else None for name, make in makers.items()
    )
    mine = (user_id, sa.bindparam("of_role", type_=sa.String)) if "of_role" in names else None
    return cast(Any, Wanted)(is_done, since, until, mine, contact_id)


@lru_cache
def _page(
    is_done: bool, names: frozenset[str], has_place: bool, is_falling: bool, limit: int
) -> sa.CompoundSelect[Any]:
    wanted = _named(is_done, names)
    place = cast(Any, Place)(moment_param("place_at"), id_param("place_id")) if has_place else None
    parts = [
        _ordered(tasks, wanted, place, is_falling).limit(limit).subquery()
        for tasks in _parts(id_param("of_account"), wanted)
    ]
    return sa.union_all(*(sa.select(part.c.at, part.c.id) for part in parts))


@lru_cache
def _count(is_done: bool, names: frozenset[str], at_most: int) -> sa.CompoundSelect[Any]:
    wanted = _named(is_done, names)
    parts = [
        _ordered(tasks, wanted, None, is_done).limit(at_most).subquery()
        for tasks in _parts(id_param("of_account"), wanted)
    ]
    return sa.union_all(*(sa.select(sa.func.count()).select_from(part) for part in parts))


def _parts(account_id: Any, wanted: Wanted) -> list[sa.Select[Any]]:
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

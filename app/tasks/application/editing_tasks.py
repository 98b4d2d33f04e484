"""Use cases on one task: create, change, mark as done, reopen, delete."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid
from app.tasks.application.reading import existing_task
from app.tasks.domain import ANYONE, MAX_TASK_NOTES, MAX_TITLE, Assignee
from app.tasks.domain.due import is_sensible
from app.tasks.domain.texts import one_line, tidy
from app.tasks.infrastructure import queries, store
from app.tasks.infrastructure.tables import Task

Check = Callable[[Task], object]


@dataclass(frozen=True)
class TaskChange:
    """What changes about a task; None leaves a value as it is."""

    title: str | None = None
    notes: str | None = None
    due_at: datetime | None = None
    assignee: Assignee | None = None
    is_done: bool | None = None


def create_task(
    actor: Actor,
    contact_id: int,
    *,
    title: str,
    due_at: datetime,
    notes: str = "",
    assignee: Assignee = ANYONE,
) -> Task:
    """Create a task about a contact and return it. Raises NotFound, and Invalid with `fields`."""
    require(actor, Permission.CONTACTS)
    values, at = _checked(actor, TaskChange(title, notes, due_at, assignee)), now()
    with transaction():
        contacts.hold_contact(actor, contact_id)
        task = Task(account_id=actor.account_id, contact_id=contact_id, created_by=actor.user_id, **values)
        task.created_at = task.updated_at = at
        store.add(task)
        activity.record_contact(actor, contact_id, "task_created", str(task.id))
        activity.record(actor, "task_created", "contact", contact_id)
    return task


def change_task(actor: Actor, task_id: int, change: TaskChange, check: Check = lambda _task: None) -> Task:
    """Change a task and return it. `check` gets it as it is, locked, and may raise.

    Raises NotFound, and Invalid with `fields`.
    """
    require(actor, Permission.CONTACTS)
    values = _checked(actor, change)
    with transaction():
        task = _held(actor, task_id)
        check(task)
        changed = sorted(name for name, value in values.items() if getattr(task, name) != value)
        for name in changed:
            setattr(task, name, values[name])
        if changed:
            task.updated_at = now()
            activity.record(actor, "task_changed", "contact", task.contact_id)
        if change.is_done is not None:
            _set_done(actor, task, change.is_done)
    return task


def complete_task(actor: Actor, task_id: int) -> None:
    """Mark a task as done. Does nothing if it is. Raises NotFound."""
    change_task(actor, task_id, TaskChange(is_done=True))


def reopen_task(actor: Actor, task_id: int) -> None:
    """Mark a task as not done. Does nothing if it is open. Raises NotFound."""
    change_task(actor, task_id, TaskChange(is_done=False))


def delete_task(actor: Actor, task_id: int, check: Check = lambda _task: None) -> int:
    """Delete a task, and return the id of its contact. `check` as in `change_task`. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        task = _held(actor, task_id)
        check(task)
        contact_id = task.contact_id
        store.delete(Task, actor.account_id, task.id)
        activity.record_contact(actor, contact_id, "task_deleted")
        activity.record(actor, "task_deleted", "contact", contact_id)
    return contact_id


def _held(actor: Actor, task_id: int) -> Task:
    """Return a task, locked like its contact until the transaction ends. Raises NotFound."""
    contacts.hold_contact(actor, existing_task(actor, task_id).contact_id)
    return existing_task(actor, task_id, lock=True)


def _set_done(actor: Actor, task: Task, is_done: bool) -> None:
    if store.set_done(actor.account_id, task.id, is_done, now(), actor.user_id):
        kind = "completed" if is_done else "reopened"
        activity.record_contact(actor, task.contact_id, f"task_{kind}", str(task.id))
        activity.record(actor, "task_completed" if is_done else "task_reopened", "contact", task.contact_id)
        queries.task(actor.account_id, task.id)  # reloads it


def _checked(actor: Actor, change: TaskChange) -> dict[str, object]:
    """Return the columns that a change sets. Raises Invalid."""
    problems: dict[str, str] = {}
    values: dict[str, object] = {}
    if change.title is not None:
        values["title"] = title = one_line(change.title)
        if not title:
            problems["title"] = "Enter what there is to do."
        elif len(title) > MAX_TITLE:
            problems["title"] = f"A title can have up to {MAX_TITLE} characters; this one has {len(title):,}."
    if change.notes is not None:
        values["notes"] = notes = tidy(change.notes)
        if len(notes) > MAX_TASK_NOTES:
            problems["notes"] = f"Notes can have up to {MAX_TASK_NOTES:,} characters."
    if change.due_at is not None:
        values["due_at"] = change.due_at
        if not is_sensible(change.due_at):
            problems["due_at"] = "Enter a date between 2000 and 2199."
    if change.assignee is not None:
        values["for_role"] = change.assignee.role.value if change.assignee.role else None
        values["for_user_id"] = change.assignee.user_id
        if not _is_teammate(actor, change.assignee.user_id):
            problems["assignee"] = "This person isn’t on your team."
    if problems:
        raise Invalid.in_fields(problems)
    return values


def _is_teammate(actor: Actor, user_id: int | None) -> bool:
    if user_id is None:
        return True
    return any(one.user_id == user_id for one in accounts.people_with(actor.account_id, Permission.REPORTS))

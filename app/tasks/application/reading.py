"""Tasks for people who do them: lists, those of one contact, and how many are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.application import require
from app.accounts.domain import Actor, Permission, Role
from app.contacts import application as contacts
from app.contacts.application import LinkedText
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.errors import NotFound
from app.platform.ids import HIGHEST_ID
from app.tasks.application.sources import workflows_named
from app.tasks.domain import Assignee, Urgency, is_all_day, urgency
from app.tasks.domain.assignees import ROLE_WORDS
from app.tasks.domain.due import end_of_today
from app.tasks.infrastructure import queries
from app.tasks.infrastructure.queries import Place, Wanted
from app.tasks.infrastructure.tables import Task

PAGE: Final = 25
MOST_COUNTED: Final = 1_000
VIEWS: Final = ("open", "overdue", "today", "later", "done")
_COUNTED: Final = ("open", "overdue", "today")


@dataclass(frozen=True)
class ShownTask:
    """A task with its contact and names. `urgency` is None if it is done, `assignee` empty if it is for
    anyone."""

    task: Task
    contact: Contact
    urgency: Urgency | None
    is_all_day: bool
    assignee: str
    done_by: str
    author: str
    workflow: LinkedText | None


@dataclass(frozen=True)
class TaskQuery:
    """Which tasks a list has: a view of VIEWS, only the actor's own, only those of a contact."""

    view: str = "open"
    is_mine: bool = False
    contact_id: int | None = None


@dataclass(frozen=True)
class TaskList:
    """A page of tasks.

    `previous` and `next` are the ids to pass as `before` and `after`; `counts` are numbers by view, up to
    MOST_COUNTED; `contact` is that of the query.
    """

    tasks: Sequence[ShownTask]
    previous: int | None
    next: int | None
    counts: Mapping[str, int]
    contact: Contact | None

    @property
    def sections(self) -> list[tuple[Urgency | None, list[ShownTask]]]:
        """The tasks by urgency, in their order."""
        return [(key, list(some)) for key, some in groupby(self.tasks, lambda one: one.urgency)]


class DueTasks(NamedTuple):
    """Numbers of open tasks that the actor could do, up to MOST_COUNTED."""

    today: int
    overdue: int


def task_list(
    actor: Actor, query: TaskQuery, *, after: int | None = None, before: int | None = None
) -> TaskList:
    """Return a page of tasks after or before the task with that id.

    A task that is no longer in the list leads to the first page. Raises NotFound for the contact.
    """
    require(actor, Permission.REPORTS)
    contact = contacts.show_contact(actor, query.contact_id).contact if query.contact_id else None
    at = now()
    page = queries.task_page(
        actor.account_id,
        _wanted(actor, query, at),
        PAGE,
        after=_place(actor, query, after),
        before=_place(actor, query, before),
    )
    ids = [task.id for task in page.tasks]
    return TaskList(
        shown_tasks(actor, page.tasks, at),
        ids[0] if ids and page.has_previous else None,
        ids[-1] if ids and page.has_next else None,
        {view: _count(actor, TaskQuery(view, query.is_mine, query.contact_id), at) for view in _COUNTED},
        contact,
    )


def open_tasks_of_contact(actor: Actor, contact_id: int) -> Sequence[ShownTask]:
    """Return the first page of the open tasks about a contact, by due date."""
    require(actor, Permission.REPORTS)
    at = now()
    page = queries.task_page(actor.account_id, _wanted(actor, TaskQuery(contact_id=contact_id), at), PAGE)
    return shown_tasks(actor, page.tasks, at)


def list_tasks(
    actor: Actor, query: TaskQuery, after: tuple[datetime, int] | None, limit: int
) -> tuple[Sequence[Task], tuple[datetime, int] | None]:
    """Return up to `limit` tasks after a place, and the place to continue after, for programs."""
    require(actor, Permission.REPORTS)
    wanted = _wanted(actor, query, now())
    page = queries.task_page(actor.account_id, wanted, limit, after=Place(*after) if after else None)
    last = page.tasks[-1] if page.has_next else None
    at = None if last is None else last.done_at or last.due_at
    return page.tasks, (at, last.id) if at is not None and last is not None else None


def tasks_of_contact(actor: Actor, contact_id: int, before: int | None, limit: int) -> Sequence[Task]:
    """Return a contact's tasks with ids below `before`, newest first. Raises NotFound."""
    require(actor, Permission.REPORTS)
    contacts.existing(actor, contact_id)
    return queries.of_contact(Task, actor.account_id, contact_id, before, limit)


def show_task(actor: Actor, task_id: int) -> ShownTask:
    """Return a task. Raises NotFound."""
    require(actor, Permission.REPORTS)
    return shown_tasks(actor, [existing_task(actor, task_id)], now())[0]


def existing_task(actor: Actor, task_id: int, lock: bool = False) -> Task:
    """Return a task of the actor's account, locked until the transaction ends if wanted. Raises NotFound."""
    task = queries.task(actor.account_id, task_id, lock) if 0 < task_id <= HIGHEST_ID else None
    if task is None:
        raise NotFound("NOT_FOUND", "This task doesn’t exist.", next_url="/tasks", next_label="Go to Tasks")
    return task


def due_tasks(actor: Actor) -> DueTasks:
    """Count the tasks that are due and for the actor or anyone."""
    require(actor, Permission.REPORTS)
    at = now()
    return DueTasks(*(_count(actor, TaskQuery(view, is_mine=True), at) for view in ("today", "overdue")))


def assignees(actor: Actor) -> list[tuple[str, str]]:
    """Return (key, label) of everyone whom a task can be for: anyone, roles, and people who may do it. For
    people who create tasks."""
    require(actor, Permission.CONTACTS)
    roles = [(Assignee(role=role).key, ROLE_WORDS[role]) for role in Role if role is not Role.VIEWER]
    people = accounts.people_with(actor.account_id, Permission.CONTACTS)
    return [("", "Anyone"), *roles, *((Assignee(user_id=one.user_id).key, one.name) for one in people)]


def shown_tasks(actor: Actor, tasks: Sequence[Task], at: datetime) -> list[ShownTask]:
    """Return tasks with their contacts and names; those of contacts that do not exist are left out."""
    people = queries.contacts(actor.account_id, (task.contact_id for task in tasks))
    ids = {user for task in tasks for user in (task.for_user_id, task.done_by, task.created_by)}
    names = accounts.user_names(ids)
    workflows = workflows_named(actor, (task.workflow_id for task in tasks))
    return [
        ShownTask(
            task=task,
            contact=people[task.contact_id],
            urgency=None if task.done_at else urgency(task.due_at, at, actor.time_zone),
            is_all_day=is_all_day(task.due_at, actor.time_zone),
            assignee=_assignee(task, names),
            done_by=names.get(task.done_by or 0, ""),
            author=names.get(task.created_by or 0, "Muster"),
            workflow=workflows.get(task.workflow_id or 0),
        )
        for task in tasks
        if task.contact_id in people
    ]


def _assignee(task: Task, names: Mapping[int, str]) -> str:
    if task.assignee.user_id is not None:
        return names.get(task.assignee.user_id, "a former team member")
    words = ROLE_WORDS[task.assignee.role] if task.assignee.role else ""
    return words[:1].lower() + words[1:]


def _wanted(actor: Actor, query: TaskQuery, at: datetime) -> Wanted:
    tomorrow = end_of_today(at, actor.time_zone)
    periods = {"overdue": (None, at), "today": (at, tomorrow), "later": (tomorrow, None)}
    since, until = periods.get(query.view, (None, None))
    return Wanted(
        since=since,
        until=until,
        is_done=query.view == "done",
        mine=(actor.user_id, actor.role.value) if query.is_mine else None,
        contact_id=query.contact_id,
    )


def _count(actor: Actor, query: TaskQuery, at: datetime) -> int:
    return queries.count_tasks(actor.account_id, _wanted(actor, query, at), MOST_COUNTED)


def _place(actor: Actor, query: TaskQuery, task_id: int | None) -> Place | None:
    """Return the place of a task in the list; None if it is not in it."""
    task = queries.task(actor.account_id, task_id) if task_id else None
    if task is None or (task.done_at is not None) != (query.view == "done"):
        return None
    return Place(task.done_at or task.due_at, task.id)

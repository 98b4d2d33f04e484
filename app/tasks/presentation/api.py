"""Operations of the API on notes and tasks."""

from datetime import datetime
from typing import Any, Final

from flask import url_for

from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.paging import page_of, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery
from app.platform.errors import fields_renamed
from app.tasks import application as tasks
from app.tasks.application import TaskChange, TaskQuery
from app.tasks.presentation.api_schemas import (
    NewNote,
    NewTask,
    Note,
    Task,
    TaskChanges,
    TaskListQuery,
    note_of,
    task_of,
)

blueprint = api_blueprint("tasks")

_ETAG: Final = {"ETag": "Identifies this version of the task, for `If-Match`."}
_NEXT: Final = {"Link": "The next page."}

Result = tuple[Task, int, dict[str, str]]


@blueprint.get("/contacts/<int:contact_id>/notes")
@operation("Notes and tasks", Page[Note], permission="report:view", headers=_NEXT)
def list_notes(contact_id: int, query: PageQuery) -> Any:
    """List the notes about a contact

    The newest come first.
    """
    page = tasks.notes_of_contact(web.actor(), contact_id, _id_of(query), query.limit)
    items = [note_of(shown.note) for shown in page.notes]
    return page_of(items, write_cursor(page.older) if page.older is not None else None)


@blueprint.post("/contacts/<int:contact_id>/notes")
@operation("Notes and tasks", Note, status=201, permission="contact:manage", idempotent=True)
def create_note(contact_id: int, body: NewNote) -> tuple[Note, int]:
    """Write a note about a contact"""
    return note_of(tasks.add_note(web.actor(), contact_id, body.text)), 201


@blueprint.delete("/contacts/<int:contact_id>/notes/<int:note_id>")
@operation("Notes and tasks", status=204, permission="contact:manage")
def delete_note(contact_id: int, note_id: int) -> None:
    """Delete a note"""
    tasks.delete_note(web.actor(), contact_id, note_id)


@blueprint.get("/contacts/<int:contact_id>/tasks")
@operation("Notes and tasks", Page[Task], permission="report:view", headers=_NEXT)
def list_contact_tasks(contact_id: int, query: PageQuery) -> Any:
    """List the tasks about a contact

    Open and done ones; the newest come first.
    """
    found = tasks.tasks_of_contact(web.actor(), contact_id, _id_of(query), query.limit + 1)
    items = [task_of(task) for task in found[: query.limit]]
    return page_of(items, write_cursor(items[-1].id) if len(found) > query.limit else None)


@blueprint.post("/contacts/<int:contact_id>/tasks")
@operation(
    "Notes and tasks",
    Task,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=_ETAG | {"Location": "URL of the task."},
)
def create_task(contact_id: int, body: NewTask) -> Result:
    """Create a task about a contact"""
    with fields_renamed(lambda name: "user_id" if name == "assignee" else name):
        made = tasks.create_task(
            web.actor(),
            contact_id,
            title=body.title,
            notes=body.notes,
            due_at=body.due_at,
            assignee=body.assignee,
        )
    shown, _, headers = _result(made)
    return shown, 201, headers | {"Location": url_for("api_tasks.get_task", task_id=made.id)}


@blueprint.get("/tasks")
@operation("Notes and tasks", Page[Task], permission="report:view", headers=_NEXT)
def list_tasks(query: TaskListQuery) -> Any:
    """List tasks

    Open ones by due date; done ones by when they were done, the latest first.
    """
    cursor = read_cursor(query.cursor, datetime, int)
    after = (cursor[0], cursor[1]) if cursor else None
    found, following = tasks.list_tasks(
        web.actor(), TaskQuery(query.view, is_mine=query.mine), after, query.limit
    )
    return page_of([task_of(task) for task in found], write_cursor(*following) if following else None)


@blueprint.get("/tasks/<int:task_id>")
@operation("Notes and tasks", Task, permission="report:view", headers=_ETAG)
def get_task(task_id: int) -> Result:
    """Get a task"""
    return _result(tasks.show_task(web.actor(), task_id).task)


@blueprint.patch("/tasks/<int:task_id>")
@operation("Notes and tasks", Task, permission="contact:manage", conditional=True, headers=_ETAG)
def update_task(task_id: int, body: TaskChanges) -> Result:
    """Change a task, or mark it as done

    With `If-Match`, the change is only made to the version that you have read.
    """
    change = TaskChange(body.title, body.notes, body.due_at, is_done=body.done)
    return _result(tasks.change_task(web.actor(), task_id, change, _raise_if_changed))


@blueprint.delete("/tasks/<int:task_id>")
@operation("Notes and tasks", status=204, permission="contact:manage", conditional=True)
def delete_task(task_id: int) -> None:
    """Delete a task"""
    tasks.delete_task(web.actor(), task_id, _raise_if_changed)


def _id_of(query: PageQuery) -> int | None:
    cursor = read_cursor(query.cursor, int)
    return cursor[0] if cursor else None


def _result(task: Any) -> Result:
    return task_of(task), 200, {"ETag": _etag(task)}


def _etag(task: Any) -> str:
    return etag_of(task_of(task).model_dump_json())


def _raise_if_changed(task: Any) -> None:
    raise_if_changed(_etag(task))

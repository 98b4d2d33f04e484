"""Public interface of the tasks room.

Workflows write notes and tasks with `add_notes` and `create_many`, in the caller's transaction and whole sets
at once; people with the other use cases. `register_workflow_names` lets the room of workflows name them.
"""

from app.tasks.application.bulk import add_notes, create_many
from app.tasks.application.editing_tasks import (
    TaskChange,
    change_task,
    complete_task,
    create_task,
    delete_task,
    reopen_task,
)
from app.tasks.application.notes import add_note, change_note, delete_note
from app.tasks.application.reading import (
    VIEWS,
    DueTasks,
    ShownTask,
    TaskList,
    TaskQuery,
    assignees,
    due_tasks,
    list_tasks,
    open_tasks_of_contact,
    show_task,
    task_list,
    tasks_of_contact,
)
from app.tasks.application.reading_notes import NotePage, ShownNote, notes_of_contact, show_note
from app.tasks.application.removal import register_removal
from app.tasks.application.sources import register_workflow_names, workflows_named
from app.tasks.application.time_line import describe_events
from app.tasks.domain import ANYONE, Assignee, NewNote, NewTask, Source
from app.tasks.domain.due import due_in_days, due_on

__all__ = [
    "ANYONE",
    "VIEWS",
    "Assignee",
    "DueTasks",
    "NewNote",
    "NewTask",
    "NotePage",
    "ShownNote",
    "ShownTask",
    "Source",
    "TaskChange",
    "TaskList",
    "TaskQuery",
    "add_note",
    "add_notes",
    "assignees",
    "change_note",
    "change_task",
    "complete_task",
    "create_many",
    "create_task",
    "delete_note",
    "delete_task",
    "describe_events",
    "due_in_days",
    "due_on",
    "due_tasks",
    "list_tasks",
    "notes_of_contact",
    "open_tasks_of_contact",
    "register_removal",
    "register_workflow_names",
    "reopen_task",
    "show_note",
    "show_task",
    "task_list",
    "tasks_of_contact",
    "workflows_named",
]

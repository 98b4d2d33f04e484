"""Rules of notes and tasks: their texts, who a task is for, and when it is due."""

from app.tasks.domain.assignees import ANYONE, Assignee
from app.tasks.domain.due import Urgency, due_on, is_all_day, read_due, urgency
from app.tasks.domain.texts import MAX_NOTE, MAX_TASK_NOTES, MAX_TITLE, NewNote, NewTask, Source

__all__ = [
    "ANYONE",
    "MAX_NOTE",
    "MAX_TASK_NOTES",
    "MAX_TITLE",
    "Assignee",
    "NewNote",
    "NewTask",
    "Source",
    "Urgency",
    "due_on",
    "is_all_day",
    "read_due",
    "urgency",
]

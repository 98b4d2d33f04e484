"""Audit log sentences about notes and tasks, which name their contact."""

from typing import Final

from app.activity import application as activity
from app.activity.application import AuditWords

_AUDIT_SENTENCES: Final = {
    "note_added": "added a note about {it}",
    "note_changed": "changed a note about {it}",
    "note_deleted": "deleted a note about {it}",
    "task_created": "created a task about {it}",
    "task_changed": "changed a task about {it}",
    "task_completed": "completed a task about {it}",
    "task_reopened": "reopened a task about {it}",
    "task_deleted": "deleted a task about {it}",
}


def register() -> None:
    activity.register_words("tasks", AuditWords(_AUDIT_SENTENCES))

"""Step types for the team: notifications, tasks and notes."""

from app.platform.text.words import counted
from app.workflows.domain.types.declarations import Described, Look, StepType
from app.workflows.domain.types.setting import Choices, Setting
from app.workflows.domain.types.words import readable

RECIPIENTS: Choices = (
    ("owner", "the owner"),
    ("admin", "the administrators"),
    ("marketer", "the marketers"),
    ("viewer", "the viewers"),
)
TO = Setting("to", "Recipients", "choice", required=False, default="owner", choices=RECIPIENTS)


def _notification(it: Described) -> str:
    who = TO.choice_label(TO.value(it.config))[:40]
    return f"To {who}: {readable(it.config.get('message'), 120)}"


def _task(it: Described) -> str:
    due = it.config.whole("due_days")
    due = 1 if due is None else due
    when = "today" if due == 0 else f"in {counted(due, 'day')}"
    return f"{readable(it.config.get('title'), 120)}, due {when}"


TYPES = (
    StepType(
        type="notify_team",
        title="Notify team",
        about="Tell people on your team about the contact.",
        group="action",
        look=Look("bell", "violet"),
        also_called="alert",
        settings=(Setting("message", "Message", "message", limit=1_000), TO),
        detail=_notification,
    ),
    StepType(
        type="create_task",
        title="Create task",
        about="Create a task about the contact for your team.",
        group="action",
        look=Look("task", "violet"),
        also_called="todo call",
        settings=(
            Setting("title", "Title", "line", limit=250),
            Setting("due_days", "Due in days", "count", required=False, default=1, high=365),
            Setting("notes", "Notes", "message", required=False, limit=2_000),
        ),
        detail=_task,
    ),
    StepType(
        type="add_note",
        title="Add note",
        about="Write a note on the contact’s page.",
        group="action",
        look=Look("note"),
        settings=(Setting("text", "Text", "message", limit=2_000),),
        detail=lambda it: readable(it.config.get("text"), 120),
    ),
)

"""Forms of notes and tasks. Texts are validated by the use cases."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice

from app.accounts.domain import Actor
from app.platform import web
from app.platform.clock import now
from app.platform.errors import Invalid
from app.platform.text.formats import in_zone
from app.platform.text.words import sentence
from app.tasks import application as tasks
from app.tasks.application import Assignee, ShownTask
from app.tasks.domain import MAX_NOTE, MAX_TASK_NOTES, MAX_TITLE, read_due


class NoteForm(web.ShowingForm):
    text = TextAreaField("Note", id="note-text", render_kw={"maxlength": MAX_NOTE, "rows": 3})


class TaskForm(web.ShowingForm):
    title = StringField("What is there to do?", id="task-title", render_kw={"maxlength": MAX_TITLE})
    due_day = DateField("Due date", id="task-day")
    due_time = TimeField("Time", id="task-time")
    assignee = SelectField("For", id="task-for", validate_choice=False)
    notes = TextAreaField("Notes", id="task-notes", render_kw={"maxlength": MAX_TASK_NOTES, "rows": 3})

    def values(self, actor: Actor) -> dict[str, Any]:
        """Return the arguments of `create_task`. Raises Invalid for a wrong date or assignee."""
        day, clock = (" ".join(field.raw_data or []) for field in (self.due_day, self.due_time))
        due_at, assignee = read_due(day, clock, actor.time_zone), Assignee.of(self.assignee.data or "")
        if due_at is None:
            raise Invalid.in_fields({"due_at": "Enter a date between 2000 and 2199, and a time or none."})
        if assignee is None:
            raise Invalid.in_fields({"assignee": "Choose who the task is for."})
        title, notes = self.title.data or "", self.notes.data or ""
        return {"title": title, "notes": notes, "due_at": due_at, "assignee": assignee}

    def show(self, problems: Mapping[str, str]) -> None:
        super().show({"due_day" if name == "due_at" else name: words for name, words in problems.items()})


def new_task_form(actor: Actor) -> TaskForm:
    """Return the form of a new task, which is due today."""
    return _offering(actor, TaskForm(formdata=None, due_day=in_zone(now()).date()))


def sent_task_form(actor: Actor, shown: ShownTask | None = None) -> TaskForm:
    """Return the form that was submitted, which changes the task if there is one."""
    return _offering(actor, TaskForm(), shown)


def form_of(actor: Actor, shown: ShownTask) -> TaskForm:
    """Return the form that changes a task."""
    at = in_zone(shown.task.due_at)
    form = TaskForm(
        formdata=None,
        title=shown.task.title,
        notes=shown.task.notes,
        due_day=at.date(),
        due_time=None if shown.is_all_day else at.time(),
        assignee=shown.task.assignee.key,
    )
    return _offering(actor, form, shown)


def _offering(actor: Actor, form: TaskForm, shown: ShownTask | None = None) -> TaskForm:
    """Offer everyone whom a task can be for, and whom it is for already."""
    offered = dict(tasks.assignees(actor))
    if shown is not None:
        offered.setdefault(shown.task.assignee.key, sentence(shown.assignee))
    form.assignee.choices = [SelectChoice(key, label) for key, label in offered.items()]
    return form

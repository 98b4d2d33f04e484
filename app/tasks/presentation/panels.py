"""Cards of a contact's page: notes and tasks."""

from flask import render_template
from markupsafe import Markup

from app.accounts.domain import Actor, Permission
from app.tasks import application as tasks
from app.tasks.presentation.forms import NoteForm, new_task_form

NOTES_SHOWN = 5


def notes(actor: Actor, contact_id: int) -> Markup:
    """Return the card with the newest notes about a contact."""
    page = tasks.notes_of_contact(actor, contact_id, None, NOTES_SHOWN)
    form = NoteForm(formdata=None)
    given = {"contact_id": contact_id, "page": page, "note_form": form}
    return Markup(render_template("tasks/_notes_card.html", **given))


def tasks_card(actor: Actor, contact_id: int) -> Markup:
    """Return the card with the open tasks about a contact."""
    found = tasks.open_tasks_of_contact(actor, contact_id)
    form = new_task_form(actor) if actor.may(Permission.CONTACTS) else None
    given = {"contact_id": contact_id, "tasks": found, "task_form": form}
    return Markup(render_template("tasks/_tasks_card.html", **given))

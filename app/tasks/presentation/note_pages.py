"""Pages of the notes about a contact."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.platform import web
from app.platform.errors import Invalid
from app.platform.ids import HIGHEST_ID, number_of
from app.tasks import application as tasks
from app.tasks.presentation.forms import NoteForm

blueprint = Blueprint("notes", __name__, url_prefix=f"/contacts/<int(max={HIGHEST_ID}):contact_id>/notes")

ONE = f"/<int(max={HIGHEST_ID}):note_id>"
PAGE = 25


@blueprint.get("")
def index(contact_id: int) -> ResponseReturnValue:
    """Show all notes about a contact."""
    before = number_of(request.args.get("before", ""))
    return _page(contact_id, before=before)


@blueprint.post("")
def add(contact_id: int) -> ResponseReturnValue:
    form = NoteForm()
    try:
        tasks.add_note(web.actor(), contact_id, form.text.data or "")
    except Invalid as wrong:
        form.show({"text": wrong.message})
        return _page(contact_id, form), 422
    return web.send_to(_card(contact_id))


@blueprint.get(f"{ONE}/edit")
def edit(contact_id: int, note_id: int) -> ResponseReturnValue:
    shown = tasks.show_note(web.actor(), contact_id, note_id)
    return _form(contact_id, note_id, NoteForm(formdata=None, text=shown.note.text))


@blueprint.post(ONE)
def change(contact_id: int, note_id: int) -> ResponseReturnValue:
    form = NoteForm()
    try:
        tasks.change_note(web.actor(), contact_id, note_id, form.text.data or "")
    except Invalid as wrong:
        form.show({"text": wrong.message})
        return _form(contact_id, note_id, form), 422
    flash("Changes saved.", "success")
    return web.send_to(_card(contact_id))


@blueprint.post(f"{ONE}/removal")
def remove(contact_id: int, note_id: int) -> ResponseReturnValue:
    tasks.delete_note(web.actor(), contact_id, note_id)
    flash("Note deleted.", "success")
    return web.send_to(_card(contact_id))


def _page(contact_id: int, form: NoteForm | None = None, before: int | None = None) -> str:
    actor = web.actor()
    page = tasks.notes_of_contact(actor, contact_id, before, PAGE)
    return render_template(
        "tasks/notes.html",
        contact=contacts.show_contact(actor, contact_id).contact,
        page=page,
        note_form=form or NoteForm(formdata=None),
        newest_url=url_for("notes.index", contact_id=contact_id) if before else None,
        older_url=page.older and url_for("notes.index", contact_id=contact_id, before=page.older),
        nav_active="contacts",
    )


def _form(contact_id: int, note_id: int, form: NoteForm) -> str:
    actor = web.actor()
    return render_template(
        "tasks/note.html",
        contact=contacts.show_contact(actor, contact_id).contact,
        shown=tasks.show_note(actor, contact_id, note_id),
        note_form=form,
        nav_active="contacts",
    )


def _card(contact_id: int) -> str:
    return f"{url_for('contacts.show', contact_id=contact_id)}#notes"

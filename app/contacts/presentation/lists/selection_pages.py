"""Selections of contacts: made in the list or from pasted text, and what can be done with them."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.domain import Actor
from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.application.selecting import Selected
from app.contacts.presentation.forms import PasteForm, SelectionTagForm
from app.contacts.presentation.lists.list_page import show_list
from app.contacts.presentation.lists.list_query import list_query, read_then
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached
from app.platform.ids import HIGHEST_ID, number_of
from app.platform.text.words import counted

blueprint = Blueprint("selections", __name__, url_prefix="/contacts/selections")

ONE = f"/<int(max={HIGHEST_ID}):selection_id>"
MAX_SHOWN = 20


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Select the contacts that are ticked in the list, on this page and others, or all that match.

    The next page is that of the button (`use`), or of what the list was opened for.
    """
    actor = web.actor()
    query = list_query(actor, request.form)
    try:
        if "all" in request.form:
            if query.filter.problems:
                raise Invalid("VALIDATION_ERROR", query.filter.problems[0])
            name = query.segment.name if query.is_segment_alone else ""
            selected = selecting.select_matching(actor, query.search.criteria, name)
        else:
            selected = selecting.select_contacts(actor, list(_ticked()))
    except Invalid as refusal:
        return show_list(query, refusal)
    use, target = query.use, query.target
    if use is None:
        use, target = read_then(actor, request.form.get("use", ""))
    if use is not None:
        return web.send_to(use.url(selected.id, target))
    return web.send_to(url_for("selections.show", selection_id=selected.id))


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    return _paste_page(PasteForm(formdata=None))


@blueprint.post("/pasted")
def add_pasted() -> ResponseReturnValue:
    """Select the contacts of a pasted list; if some entries are not found, show them first."""
    actor, form = web.actor(), PasteForm()
    try:
        pasted = selecting.look_up_pasted(actor, form.entries.data or "")
        if pasted.is_complete or ("found" in request.form and pasted.ids):
            selected = selecting.select_contacts(actor, pasted.ids)
        else:
            return _paste_page(form, pasted), 422
    except Invalid as wrong:
        form.show({"entries": wrong.message})
        return _paste_page(form), 422
    except LimitReached as full:
        form.show({"entries": full.message})
        return _paste_page(form), 429
    use, target = read_then(actor, request.values.get("then", ""))
    if pasted.repeated:
        entries = counted(pasted.repeated, "entry", "entries")
        flash(f"{entries} repeated a contact and {'was' if pasted.repeated == 1 else 'were'} left out.")
    address = use.url(selected.id, target) if use else url_for("selections.show", selection_id=selected.id)
    return web.send_to(address)


@blueprint.get(ONE)
def show(selection_id: int) -> ResponseReturnValue:
    return _page(selecting.find_selection(web.actor(), selection_id))


@blueprint.post(f"{ONE}/tags")
def add_tag(selection_id: int) -> ResponseReturnValue:
    return _start_tagging(selection_id, "add", selecting.tag_selection)


@blueprint.post(f"{ONE}/tags/removal")
def remove_tag(selection_id: int) -> ResponseReturnValue:
    return _start_tagging(selection_id, "remove", selecting.untag_selection)


def _start_tagging(
    selection_id: int, name: str, start: Callable[[Actor, int, str], int]
) -> ResponseReturnValue:
    """Start the bulk action with the tag of the form `name`, or show the form again with its error."""
    form = SelectionTagForm(prefix=name)
    try:
        action_id = start(web.actor(), selection_id, form.tag.data or "")
    except Invalid as wrong:
        form.show({"tag": wrong.message})
        return _page(selecting.find_selection(web.actor(), selection_id), **{f"{name}_form": form}), 422
    return web.send_to(url_for("bulk_actions.show", action_id=action_id))


@blueprint.get(f"{ONE}/deletion")
def ask_deletion(selection_id: int) -> ResponseReturnValue:
    return _deletion_page(selecting.find_selection(web.actor(), selection_id))


@blueprint.post(f"{ONE}/deletion")
def delete(selection_id: int) -> ResponseReturnValue:
    confirmed = number_of(request.form.get("confirmed", "")) or 0
    try:
        action_id = selecting.delete_selection(web.actor(), selection_id, confirmed)
    except Conflict as refusal:
        return _deletion_page(selecting.find_selection(web.actor(), selection_id), refusal), 409
    return web.send_to(url_for("bulk_actions.show", action_id=action_id))


@blueprint.get(f"{ONE}/contacts.csv")
def export(selection_id: int) -> ResponseReturnValue:
    """Stream the contacts as CSV."""
    exported = selecting.export_selection(web.actor(), selection_id)
    return web.csv_file(exported.chunks, exported.name)


def _ticked() -> Iterator[int]:
    """Yield the ids of ticked contacts: those of other pages, then those of this one."""
    for text in (*request.form.get("ids", "").split(","), *request.form.getlist("contact")):
        if number := number_of(text.strip()):
            yield number


def _page(selected: Selected, **forms: Any) -> str:
    actor = web.actor()
    given = {
        "add_form": SelectionTagForm(formdata=None, prefix="add"),
        "remove_form": SelectionTagForm(formdata=None, prefix="remove"),
    } | forms
    given["add_form"].tag.label.text, given["remove_form"].tag.label.text = "Tag to add", "Tag to remove"
    return render_template(
        "contacts/selection.html",
        selected=selected,
        people=selecting.first_of(actor, selected),
        uses=selecting.uses_for(actor),
        tags=contacts.tags_to_choose(actor),
        own_tags=selecting.tags_of_selection(actor, selected),
        nav_active="contacts",
        **given,
    )


def _deletion_page(selected: Selected, refusal: Conflict | None = None) -> str:
    preview = selecting.preview_deletion(web.actor(), selected.id)
    return render_template(
        "contacts/deletion.html",
        selected=selected,
        preview=preview,
        refusal=refusal,
        nav_active="contacts",
    )


def _paste_page(form: PasteForm, pasted: Any = None) -> str:
    actor = web.actor()
    then = request.values.get("then", "")
    use, target = read_then(actor, then)
    selecting.check_may_select(actor)
    return render_template(
        "contacts/paste.html",
        form=form,
        pasted=pasted,
        then=then,
        target_title=use.title(actor, target) if use else "",
        max_shown=MAX_SHOWN,
        nav_active="contacts",
    )

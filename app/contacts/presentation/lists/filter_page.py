"""The filter builder: conditions on contacts, with a live count of those that match."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.contacts.domain.criteria import FilterForm, Row, in_groups, read_filter_form
from app.contacts.presentation.filters import MAX_LENGTH
from app.contacts.presentation.lists.list_page import count_words
from app.contacts.presentation.lists.list_query import ListQuery, filter_text, list_query
from app.platform import web
from app.platform.errors import Invalid
from app.platform.text.words import sentence

blueprint = Blueprint("contact_filter", __name__, url_prefix="/contacts/filter")


@blueprint.get("")
def build() -> ResponseReturnValue:
    """Show the builder, or perform the button that was pressed (`act`).

    htmx requests get the builder, or only the count. Everything is in the URL, so it works without
    JavaScript.
    """
    actor = web.actor()
    query = list_query(actor, request.args)
    act = request.args.get("act", "")
    form, found = _form(query)
    if act in ("apply", "save") and form is not None:
        problems = _problems(form)
        if not problems:
            return web.send_to(_next_page(query, form, act))
        return _page(query, form, problems), 422
    if form is not None:
        form = form.after(act)
    return _page(query, form, found, focus=_focus(form, act))


def _form(query: ListQuery) -> tuple[FilterForm | None, Sequence[str]]:
    """Return the form as entered, or that of the filter with its problems; None if the form would lose a part
    of the filter."""
    if any(name.endswith("-field") for name in request.args):
        return read_filter_form(request.args.to_dict(flat=False)), ()
    document = query.document
    return (FilterForm(), ()) if document is None else contacts.editable_filter(web.actor(), document)


def _problems(form: FilterForm) -> list[str]:
    document = form.document
    if len(filter_text(document)) > MAX_LENGTH:
        return [f"Filters can have up to {MAX_LENGTH:,} characters."]
    try:
        contacts.check_filter(web.actor(), document)
    except Invalid as wrong:
        return list(wrong.facts["problems"])
    return []


def _next_page(query: ListQuery, form: FilterForm, act: str) -> str:
    text = filter_text(form.document)
    if act == "save":
        return query.without("filter", "text", "tag", "status", "sort").url("segments.new", filter=text)
    return query.without("filter").url(filter=text)


def _page(query: ListQuery, form: FilterForm | None, problems: Sequence[str] = (), focus: str = "") -> str:
    actor = web.actor()
    target = request.headers.get("HX-Target", "")
    facts: dict[str, Any] = {"query": query, "form": form, "problems": problems, "focus": focus}
    facts["count_words"] = _count(query, form) if form is not None else ""
    if target.endswith("#filter-count"):
        return render_template("contacts/_filter_count.html", **facts)
    facts |= {
        "fields": in_groups(contacts.filter_fields(actor)),
        "choices": _choices(form),
        "tags": contacts.tags_to_choose(actor),
        "kept": query.without("filter").values,
    }
    if target.endswith("#filter-builder"):
        return render_template("contacts/_filter_builder.html", **facts)
    if form is None:
        facts["outline"] = contacts.filter_outline(actor.account_id, query.document)
    return render_template("contacts/filter.html", nav_active="contacts", **facts)


def _count(query: ListQuery, form: FilterForm) -> str:
    """Return how many contacts match, as a sentence; empty while the form is incomplete."""
    if _problems(form):
        return ""
    count = contacts.count_matching(web.actor(), form.document)
    words = sentence(count_words(count.number, about=count.about, more=count.more))
    return f"{words} {'matches' if count.number == 1 and not count.about else 'match'}."


def _choices(form: FilterForm | None) -> dict[str, list[tuple[str, str]]]:
    """Return {field: (value, label) to choose from} for the fields in the form that have choices."""
    rows: list[Row] = [row for group in form.groups for row in group.rows] if form else []
    known = {row.known.name: row.known for row in rows if row.widget in ("choice", "choices")}
    return {name: list(contacts.filter_choices(web.actor(), field)) for name, field in known.items()}


def _focus(form: FilterForm | None, act: str) -> str:
    """Return the id of the field that a button has added, to put the focus there."""
    if form is None or not act.startswith("add"):
        return ""
    group = len(form.groups) - 1 if act == "add-group" else int(act[4:5]) if act[4:5].isdecimal() else 0
    group = min(group, len(form.groups) - 1)
    return f"g{group}-{len(form.groups[group].rows) - 1}-field"

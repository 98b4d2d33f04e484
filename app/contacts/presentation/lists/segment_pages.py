"""Segments: the list, saving a filter under a name, renaming, replacing the filter, deleting."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.contacts.application import custom_fields, selecting
from app.contacts.domain.own_fields import OwnField
from app.contacts.presentation.filters import chosen_filter
from app.contacts.presentation.forms import SegmentForm
from app.contacts.presentation.lists.list_query import list_query
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.ids import HIGHEST_ID

blueprint = Blueprint("segments", __name__, url_prefix="/contacts/segments")

ONE = f"/<int(max={HIGHEST_ID}):segment_id>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    actor = web.actor()
    query = list_query(actor, request.args)
    segments = selecting.list_segments(actor)
    words = contacts.filters_in_words(actor.account_id, [one.criteria for one in segments])
    return render_template(
        "contacts/segments.html",
        segments=list(zip(segments, words, strict=True)),
        query=query,
        target_title=query.use.title(actor, query.target) if query.use else "",
        nav_active="contacts",
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    return _new_page(SegmentForm(formdata=None, filter=request.args.get("filter", "")))


@blueprint.post("")
def add() -> ResponseReturnValue:
    form = SegmentForm()
    chosen = chosen_filter(form.filter.data or "")
    try:
        if chosen.problems:
            raise Invalid.in_fields({"filter": chosen.problems[0]})
        segment = selecting.save_segment(web.actor(), form.name.data or "", chosen.document)
    except (Invalid, Conflict) as wrong:
        _show(form, wrong)
        return _new_page(form), 422
    flash("Segment saved.", "success")
    return web.send_to(url_for("contacts.index", segment=segment.id))


@blueprint.get(ONE)
def show(segment_id: int) -> ResponseReturnValue:
    """Open a segment in the contact list."""
    segment = selecting.find_segment(web.actor(), segment_id)
    return web.send_to(url_for("contacts.index", segment=segment.id))


@blueprint.get(f"{ONE}/edit")
def edit(segment_id: int) -> ResponseReturnValue:
    segment = selecting.find_segment(web.actor(), segment_id)
    return _edit_page(segment, SegmentForm(formdata=None, name=segment.name))


@blueprint.post(ONE)
def change(segment_id: int) -> ResponseReturnValue:
    """Rename the segment, or replace its filter, whichever the form contains."""
    actor, form = web.actor(), SegmentForm()
    chosen = chosen_filter(form.filter.data or "")
    try:
        if chosen.problems:
            raise Invalid.in_fields({"filter": chosen.problems[0]})
        selecting.change_segment(
            actor,
            segment_id,
            name=form.name.data if "name" in request.form else None,
            criteria=chosen.document,
        )
    except (Invalid, Conflict) as wrong:
        _show(form, wrong)
        return _edit_page(selecting.find_segment(actor, segment_id), form), 422
    flash("Segment saved.", "success")
    return web.send_to(url_for("contacts.index", segment=segment_id))


@blueprint.post(f"{ONE}/removal")
def remove(segment_id: int) -> ResponseReturnValue:
    selecting.delete_segment(web.actor(), segment_id)
    flash("Segment deleted. Its contacts are still in your list.", "success")
    return web.send_to(url_for("segments.index"))


def register() -> None:
    custom_fields.register_field_uses("segments", _uses)


def _uses(account_id: int, field: OwnField) -> list[contacts.FieldUse]:
    """Return the segments that use a custom field; after a merge they use the other one."""
    return [
        contacts.FieldUse(
            f"the segment {segment.name}",
            partial(url_for, "segments.edit", segment_id=segment.id),
            rules,
            follows=True,
        )
        for segment, rules in custom_fields.segments_using(account_id, field)
    ]


def _new_page(form: SegmentForm) -> str:
    document = chosen_filter(form.filter.data or "").document
    return render_template(
        "contacts/segment_new.html", form=form, words=_words(document), nav_active="contacts"
    )


def _edit_page(segment: Any, form: SegmentForm) -> str:
    return render_template(
        "contacts/segment_edit.html",
        form=form,
        segment=segment,
        words=_words(segment.criteria),
        nav_active="contacts",
    )


def _words(document: Any) -> str:
    return contacts.filter_words(web.actor().account_id, document) if document is not None else ""


def _show(form: SegmentForm, wrong: Invalid | Conflict) -> None:
    """Attach an error to the field that it is about."""
    fields = wrong.facts.get("fields", {})
    form.show({"filter" if "filter" in fields else "name": wrong.message})

"""Gallery pages: browsing, preview, and creating a workflow from a template.

For htmx requests each page returns only the part that changes: search results, the dialog's content, or one
message.
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qs

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.gallery import application as gallery
from app.gallery.application.field_mapping import FIELDS
from app.gallery.application.history import MONTHS
from app.gallery.application.library.sharing import may_share
from app.gallery.domain.browsing import SORTS, GalleryQuery, tag_label
from app.gallery.domain.categories import CATEGORIES, category_named
from app.gallery.presentation.forms import CloneForm
from app.gallery.presentation.readiness.field_choices import given_fields
from app.gallery.presentation.result_charts import month_charts, month_words, version_bars
from app.gallery.presentation.shown_cards import shown_cards
from app.platform import web
from app.platform.errors import Invalid, MusterError, NotFound
from app.workflows.domain import STEPS, off_parts, trigger_words, with_labels

MOST_TEMPLATES = 100  # in the table of results

blueprint = Blueprint("gallery", __name__, url_prefix="/templates")
blueprint.add_app_template_filter(tag_label)
blueprint.add_app_template_filter(with_labels)
blueprint.add_app_template_filter(category_named, "category")
blueprint.add_app_template_filter(month_words)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show the gallery; for htmx requests while typing, only the results."""
    query = GalleryQuery.from_address(request.args)
    found = gallery.browse_templates(web.actor(), query)
    facts: dict[str, Any] = {
        "query": query,
        "found": found,
        "cards": shown_cards(web.actor(), found),
        "categories": CATEGORIES,
        "category": category_named(query.category),
        "sorts": SORTS,
        "address": lambda **changes: url_for("gallery.index", **cast(Any, query.address(**changes))),
    }
    if web.is_for("gallery-results"):
        return render_template("gallery/_results.html", **facts), _new_address(query, facts["address"]())
    steps = [(one.type, one.title) for one in STEPS.named(found.step_types)]
    return render_template("gallery/index.html", steps=steps, nav_active="templates", **facts)


@blueprint.get("/results")
def results() -> ResponseReturnValue:
    """Show what became of the workflows made from templates, by month: of a category, a template, or all. Of
    a template, also by version."""
    category, public_id = request.args.get("category", ""), request.args.get("template", "")
    if category and category_named(category) is None:
        raise NotFound("NOT_FOUND", "This category doesn’t exist.")
    found = gallery.template_history(web.actor(), category, public_id)
    return render_template(
        "gallery/history.html",
        found=found,
        charts=month_charts(found),
        versions=version_bars(found),
        tabs=_result_tabs(found),
        months=MONTHS,
        most_templates=MOST_TEMPLATES,
        nav_active="templates",
    )


@blueprint.get("/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    return _preview(public_id)


@blueprint.get("/<public_id>/steps/<step_id>")
def step(public_id: str, step_id: str) -> ResponseReturnValue:
    """Show a message with sample data next to the drawing; for htmx requests, only the message."""
    return _preview(public_id, step_id)


@blueprint.get("/<public_id>/clone")
def ask(public_id: str) -> ResponseReturnValue:
    """Show the form for creating a workflow."""
    preview = gallery.clone_preview(web.actor(), public_id)
    return _clone_page(preview, CloneForm(formdata=None, name=preview.template.name))


@blueprint.post("/<public_id>/clone")
def clone(public_id: str) -> ResponseReturnValue:
    actor, form = web.actor(), CloneForm()
    form.validate()
    try:
        workflow = gallery.clone_template(
            actor,
            public_id,
            name=form.name.data or "",
            idempotency_key=form.idempotency_key.data or "",
            switch_off_missing=bool(form.switch_off.data),
            same_name=bool(form.same_name.data) and form.same_name.data == form.name.data,
            fields=given_fields(request.form),
        )
    except NotFound:
        raise
    except MusterError as error:
        return _refused(gallery.clone_preview(actor, public_id), form, error)
    flash(f"“{workflow.name}” is ready as a draft. No messages go out until you activate it.", "success")
    return web.send_to(url_for("workflows.show", public_id=workflow.public_id))


def _result_tabs(found: gallery.TemplateHistory) -> list[dict[str, Any]]:
    """Return the tabs of all templates and of each category."""
    tabs: list[tuple[str, str | None]] = [("All", None), *((one.label, one.key) for one in CATEGORIES)]
    chosen = found.category.key if found.category else None
    return [
        {
            "text": label,
            "url": url_for("gallery.results", category=key),
            "active": found.template is None and key == chosen,
        }
        for label, key in tabs
    ]


def _preview(public_id: str, step_id: str = "") -> ResponseReturnValue:
    details = gallery.template_details(web.actor(), public_id)
    message = gallery.message_of(details.definition, step_id)
    facts: dict[str, Any] = {"details": details, "card": details.card, "message": message}
    if web.is_for("message"):
        return render_template("gallery/_message.html", arrived=True, **facts)
    facts |= {
        "drawing": details.drawing(),
        "off": len(off_parts(details.definition)),
        "trigger": trigger_words(details.definition),
        "category": category_named(details.card.category),
        "chosen": bool(step_id),
        "may_share": may_share(web.actor(), details.card),
        "paths": gallery.template_paths(web.actor(), details.definition),
    }
    if web.is_for("sheet-body"):
        return render_template("gallery/preview_sheet.html", **facts)
    return render_template("gallery/preview.html", nav_active="templates", **facts)


def _clone_page(
    preview: gallery.ClonePreview,
    form: CloneForm,
    error: MusterError | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    """Render the form. `wrong` is {name of a choice of a contact field: sentence}."""
    page = "gallery/clone_sheet.html" if web.is_for("sheet-body") else "gallery/clone.html"
    chosen = given_fields(request.values)
    return render_template(
        page,
        preview=preview,
        template=preview.template,
        form=form,
        fields=[one for one in preview.fields if one.is_asked or one.used.name in chosen],
        chosen=chosen,
        wrong=wrong or {},
        refusal=error or preview.refusal,
        loses_trigger=any(node.kind == "trigger" for node in preview.affected),
        nav_active="templates",
    )


def _refused(preview: gallery.ClonePreview, form: CloneForm, error: MusterError) -> ResponseReturnValue:
    """Show the form again with the error. Missing integrations are shown as the offer to switch steps off."""
    wrong = error.facts.get("fields", {}) if isinstance(error, Invalid) else {}
    form.show(wrong)
    status = web.status_of(error)
    at_fields = form.name.errors or any(f"{FIELDS}{one.used.name}" in wrong for one in preview.fields)
    shown = None if at_fields or error.code == "MISSING_INTEGRATION" else error
    return _clone_page(preview, form, shown, wrong), status


def _new_address(query: GalleryQuery, address: str) -> dict[str, str]:
    """Return the htmx history header: changed filters add a history entry, a changed search text replaces
    it."""
    before = parse_qs(web.htmx_page()[1])
    shown = GalleryQuery.from_address(MultiDict(before))
    only_words = shown.address(text="") == query.address(text="")
    return {"HX-Replace-Url" if only_words else "HX-Push-Url": address}

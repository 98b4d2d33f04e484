"""Pages to view and edit one step of a workflow, in a dialog or on a page of its own."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.platform import web
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.text.numbers import whole_number
from app.platform.text.words import joined
from app.workflows import application as workflows
from app.workflows.application import StepCard
from app.workflows.domain import MERGE_TAGS
from app.workflows.presentation.editing.answers import after_edit, is_just_added
from app.workflows.presentation.editing.typed_texts import STEP_TYPE, lost_page, typed_in_step
from app.workflows.presentation.forms import PairsField, as_text, step_form, typed

MOST_ROWS = 1_000

blueprint = Blueprint("workflow_steps", __name__, url_prefix="/workflows/<public_id>/steps/<step_id>")


@blueprint.get("")
def show(public_id: str, step_id: str) -> ResponseReturnValue:
    card = workflows.step_card(web.actor(), public_id, step_id)
    values = card.values | {"revision": str(card.workflow.revision)}
    return _page(card, step_form(card.fields, formdata=None, data=values))


@blueprint.post("")
def change(public_id: str, step_id: str) -> ResponseReturnValue:
    actor = web.actor()
    require(actor, Permission.WORKFLOWS)
    try:
        card = workflows.step_card(actor, public_id, step_id, request.form)
        workflows.refuse_other_type(card, request.form.get(STEP_TYPE, ""))
    except (NotFound, Conflict) as refusal:
        return lost_page(public_id, refusal, typed_in_step())
    if (update := request.form.get("update")) is not None:
        return _page(card, step_form(card.fields, data=card.values), focus=update)
    form = step_form(card.fields)
    if name := _with_other_rows(form):
        return _page(card, form, focus=name)
    form.validate()
    if any(form[setting.name].errors for setting in card.fields):
        return _page(card, form), 422
    try:
        enabled = {"on": True, "off": False}.get(request.form.get("switch", ""))
        workflow = workflows.edit_step(
            actor, public_id, step_id, typed(form, card.fields), form.seen, enabled
        )
    except NotFound as gone:  # deleted since this request began
        return lost_page(public_id, gone, typed_in_step())
    except Invalid as wrong:
        form.show(wrong.facts.get("fields", {}))
        return _page(card, form), 422
    except Conflict as conflict:
        form.revision.data = str(card.workflow.revision)
        return _page(card, form, conflict), 409
    if "test" in request.form:
        return web.send_to(url_for("trying_emails.show", public_id=public_id, step_id=step_id))
    return _back(public_id, step_id, workflow.revision)


def _with_other_rows(form: Any) -> str:
    """Do what a button says that adds or removes a row of pairs; return the name of their setting, or "" if
    another button was pressed.

    The value of `add` is the name, that of `remove` the name and the number of the row: “fields-0”. An empty
    row to fill is always there.
    """
    name, _, number = request.form.get("remove", "").rpartition("-")
    name = name or request.form.get("add", "")
    if name not in form or not isinstance(form[name], PairsField):
        return ""
    if (at := whole_number(number, MOST_ROWS)) is not None:
        form[name].remove(at)
    return name


@blueprint.post("/switch")
def switch(public_id: str, step_id: str) -> ResponseReturnValue:
    """Switch a step, a goal or the trigger on, or off with `switch=off`."""
    enabled = request.form.get("switch") != "off"
    words = "Switched on" if enabled else "Switched off"

    def switched(revision: int) -> workflows.Edited:
        workflow = workflows.switch_part(web.actor(), public_id, step_id, enabled, revision)
        return workflows.Edited(workflow, step_id)

    return after_edit(public_id, switched, words)


@blueprint.post("/preview")
def preview(public_id: str, step_id: str) -> ResponseReturnValue:
    """Render the message with the values being typed, and advice on them; nothing is saved. If the step is
    gone, say so."""
    sent = {name: text for name, text in request.form.items() if name != "csrf_token"}
    try:
        message = workflows.sample_of(web.actor(), public_id, step_id, sent)
    except NotFound:
        if not typed_in_step():
            raise
        return render_template("workflows/_message.html", message=None), 409
    return render_template("workflows/_message_answer.html", message=message)


def _page(card: StepCard, form: Any, conflict: Conflict | None = None, focus: str = "") -> str:
    """Render the step; `differs` in the template lists saved values that differ from the entered ones.
    `focus` is the setting of pairs whose last row gets the focus."""
    actor, sent = web.actor(), typed(form, card.fields)
    message = card.message
    if message and request.method == "POST":
        message = workflows.sample_of(actor, card.workflow.public_id, card.step.id, sent)
    saved = {name: as_text(value) for name, value in card.values.items()}
    differs = [
        (form[name].label.text, text) for name, text in saved.items() if text != as_text(sent.get(name, {}))
    ]
    is_sheet = web.is_for("sheet-body")
    return render_template(
        "workflows/step_sheet.html" if is_sheet else "workflows/step.html",
        card=card,
        workflow=card.workflow,
        step=card.step,
        form=form,
        message=message,
        conflict=conflict,
        focus=focus,
        differs=differs if conflict else [],
        merge_tags=list(MERGE_TAGS.values()),
        is_sheet=is_sheet,
        is_off=not card.step.enabled,
        is_new=is_just_added(card.workflow.revision),
        needs=joined(card.needs),
        nav_active="workflows",
    )


def _back(public_id: str, step_id: str, revision: int) -> ResponseReturnValue:
    """Redirect to the step on the workflow's page, or reload the page if it is already open."""
    page = url_for("workflows.show", public_id=public_id, step=step_id, revision=revision)
    if not web.is_htmx():
        return web.send_to(f"{page}#step-{step_id}")
    if request.headers.get("HX-Current-URL", "").endswith(page):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return web.send_to(page)

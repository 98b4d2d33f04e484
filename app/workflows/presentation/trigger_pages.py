"""The page to choose the form that starts a workflow."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.workflows import application as workflows
from app.workflows.presentation.forms import RevisedForm

blueprint = Blueprint("workflow_trigger", __name__, url_prefix="/workflows/<public_id>/trigger")


class TriggerForm(RevisedForm):
    form = StringField("Form", render_kw={"maxlength": 200})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    found = workflows.form_trigger(web.actor(), public_id)
    return _page(found, TriggerForm(formdata=None, data={"form": found.name}))


@blueprint.post("")
def change(public_id: str) -> ResponseReturnValue:
    form = TriggerForm()
    try:
        workflows.choose_form(web.actor(), public_id, str(form.form.data or ""), form.seen)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(workflows.form_trigger(web.actor(), public_id), form), 422
    except Conflict as conflict:
        return _page(workflows.form_trigger(web.actor(), public_id), form, conflict), 409
    flash("Saved.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _page(found: workflows.FormTrigger, form: Any, conflict: Conflict | None = None) -> str:
    form.revision.data = str(found.workflow.revision)
    return render_template(
        "workflows/trigger.html",
        workflow=found.workflow,
        found=found,
        form=form,
        conflict=conflict,
        differs=[("Form", found.name)] if conflict and form.form.data != found.name else [],
        nav_active="workflows",
    )

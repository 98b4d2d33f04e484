"""The page of test runs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from app.engine.application import trial
from app.platform import web
from app.platform.errors import Invalid
from app.platform.text.formats import weekday_time
from app.workflows import application as workflows

blueprint = Blueprint("trial", __name__, url_prefix="/workflows/<public_id>/test-run")


class TrialForm(FlaskForm):
    """Whom a workflow is tried out with."""

    contact = StringField("Contact", render_kw={"maxlength": 254})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    form = TrialForm(formdata=request.args, meta={"csrf": False})
    chosen = trial.choices_in(request.args)
    run, status = None, 200
    try:
        run = trial.try_out(web.actor(), public_id, (form.contact.data or "")[:254], chosen)
    except Invalid as wrong:
        form.contact.errors, status = [wrong.facts["fields"]["contact"]], 422
    page = render_template(
        "engine/trial.html",
        workflow=workflows.find_workflow(web.actor(), public_id),
        form=form,
        run=run,
        choice=trial.CHOICE,
        local=weekday_time,
        nav_active="workflows",
    )
    return page, status

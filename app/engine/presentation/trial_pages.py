"""The page of test runs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from app.engine.application import trial
from app.platform import web
from app.platform.errors import Invalid
from app.platform.text.formats import SHORT_DATE, TIME
from app.workflows import application as workflows

blueprint = Blueprint("trial", __name__, url_prefix="/workflows/<public_id>/test-run")

CHOICE = "at."  # before the id of a step
MAX_CHOICE = 60  # characters


class TrialForm(FlaskForm):
    """Whom a workflow is tried out with."""

    contact = StringField("Contact", render_kw={"maxlength": 254})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    form = TrialForm(formdata=request.args, meta={"csrf": False})
    chosen = {
        name.removeprefix(CHOICE): value[:MAX_CHOICE]
        for name, value in request.args.items()
        if name.startswith(CHOICE)
    }
    run, status = None, 200
    try:
        run = trial.try_out(web.actor(), public_id, (form.contact.data or "")[:254], chosen)
    except Invalid as wrong:
        form.contact.errors, status = [wrong.facts["fields"]["contact"]], 422
    workflow = run.workflow if run else workflows.find_workflow(web.actor(), public_id)
    page = render_template(
        "engine/trial.html",
        workflow=workflow,
        form=form,
        run=run,
        choice=CHOICE,
        local=_local,
        nav_active="workflows",
    )
    return page, status


def _local(moment: datetime, zone: str) -> str:
    """Return a moment as a clock on a wall of the zone shows it: “Tue, Mar 3, 2026, 9:00 AM”."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%a}, {there:{SHORT_DATE}}, {there:{TIME}}"

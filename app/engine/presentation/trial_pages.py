"""The page of test runs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField

from app.engine.application import trial
from app.platform import web
from app.platform.clock import now
from app.platform.errors import Invalid
from app.platform.text.formats import in_zone, weekday_time
from app.platform.text.wall_clock import is_weekend
from app.platform.text.words import counted
from app.workflows import application as workflows

blueprint = Blueprint("trial", __name__, url_prefix="/workflows/<public_id>/test-run")


class TrialForm(web.ShowingForm):
    """Whom a workflow is tried out with, and when they start."""

    contact = StringField("Contact", render_kw={"maxlength": 254})
    sample = BooleanField("Use a sample contact instead")
    start = StringField("Start", render_kw={"type": "datetime-local"})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    actor, asked = web.actor(), trial.asked_in(request.args)
    workflow = workflows.find_workflow(actor, public_id)
    form = TrialForm(formdata=request.args, meta={"csrf": False})
    start, run, matches = now(), None, ()
    try:
        start = trial.start_of(actor, asked.start)
        run = trial.try_out(actor, public_id, asked.contact, asked.chosen, start, is_sample=asked.is_sample)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        matches = wrong.facts.get("matches", ())
    if not form.start.errors:
        form.start.data = f"{in_zone(start):%Y-%m-%dT%H:%M}"
    page = render_template(
        "engine/trial.html",
        workflow=workflow,
        paths=trial.paths_through(actor, workflow.parsed, start),
        form=form,
        run=run,
        matches=matches,
        kept=asked.kept,
        choice=trial.CHOICE,
        zone=actor.time_zone,
        local=weekday_time,
        is_weekend=is_weekend,
        nav_active="workflows",
    )
    return page, 422 if form.errors else 200


@blueprint.app_template_filter()
def path_words(path: trial.PathFigures) -> str:
    """Return a path as “21 days, 7 messages, 2 on a weekend”."""
    messages = counted(path.messages, "message") if path.messages else "no messages"
    words = [_length(path), messages]
    if path.messages:
        words.append(
            f"{path.weekend_messages:,} on a weekend" if path.weekend_messages else "none on a weekend"
        )
    if path.delayed_messages:
        words.append(f"{path.delayed_messages:,} delayed by quiet hours")
    return ", ".join(words)


def _length(path: trial.PathFigures) -> str:
    if path.days:
        return counted(path.days, "day")
    return "less than a day" if path.length else "no waits"

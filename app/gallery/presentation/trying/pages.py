"""The page on which a template is tried with a contact."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField

from app.engine.application import trial
from app.gallery import application as gallery
from app.platform import web
from app.platform.clock import now
from app.platform.errors import Invalid
from app.platform.text.formats import in_zone, weekday_time
from app.platform.text.wall_clock import is_weekend

blueprint = Blueprint("template_trial", __name__, url_prefix="/templates/<public_id>/try")


class TryForm(web.ShowingForm):
    """Whom a template is tried with, and when they start."""

    contact = StringField("Contact", render_kw={"maxlength": 254})
    sample = BooleanField("Use a sample contact instead")
    start = StringField("Start", render_kw={"type": "datetime-local"})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    actor, asked = web.actor(), trial.asked_in(request.args)
    form = TryForm(formdata=request.args, meta={"csrf": False})
    start, run, matches = now(), None, ()
    try:
        start = trial.start_of(actor, asked.start)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
    tried = gallery.template_to_try(actor, public_id, start)
    try:
        run = gallery.try_template(
            actor, tried, asked.contact, is_sample=asked.is_sample, chosen=asked.chosen
        )
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        matches = wrong.facts.get("matches", ())
    if not form.start.errors:
        form.start.data = f"{in_zone(start):%Y-%m-%dT%H:%M}"
    page = render_template(
        "gallery/try.html",
        template=tried.template,
        paths=tried.paths,
        form=form,
        run=run,
        matches=matches,
        kept=asked.kept,
        choice=trial.CHOICE,
        zone=actor.time_zone,
        local=weekday_time,
        is_weekend=is_weekend,
        nav_active="templates",
    )
    return page, 422 if form.errors else 200

"""The page on which a template is tried with a contact."""

from datetime import datetime
from typing import Any

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
from app.platform.text.words import counted

blueprint = Blueprint("template_trial", __name__, url_prefix="/templates/<public_id>/try")


class TryForm(web.ShowingForm):
    """Whom a template is tried with, and when they start."""

    contact = StringField("Contact", render_kw={"maxlength": 254})
    sample = BooleanField("Use a sample contact instead")
    start = StringField("Start", render_kw={"type": "datetime-local"})


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    actor = web.actor()
    form = TryForm(formdata=request.args, meta={"csrf": False})
    start = _start(form)
    tried, run = gallery.template_to_try(actor, public_id, start), None
    form.start.data = form.start.data if form.start.errors else f"{in_zone(start):%Y-%m-%dT%H:%M}"
    try:
        run = gallery.try_template(
            actor,
            tried,
            (form.contact.data or "")[:254],
            is_sample=bool(form.sample.data),
            chosen=trial.choices_in(request.args),
        )
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
    page = render_template(
        "gallery/try.html",
        template=tried.template,
        paths=tried.paths,
        form=form,
        run=run,
        kept=_kept(form),
        choice=trial.CHOICE,
        zone=actor.time_zone,
        local=weekday_time,
        is_weekend=is_weekend,
        nav_active="templates",
    )
    return page, 422 if form.errors else 200


def _start(form: TryForm) -> datetime:
    """Return the moment that was chosen, or now; say in the form what is wrong with it."""
    try:
        return gallery.start_of(web.actor(), (form.start.data or "")[:40])
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return now()


def _kept(form: TryForm) -> dict[str, Any]:
    """Return what an address keeps when the choices of paths are reset."""
    given = {"contact": form.contact.data, "sample": form.sample.data and "y", "start": form.start.data}
    return {name: value for name, value in given.items() if value}


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

"""The home page, and the part of it that is asked for again while something runs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.activity import application as activity
from app.activity.application import LogFilter
from app.activity.domain.sentences import sentence_of
from app.home import application as home_room
from app.platform import web

blueprint = Blueprint("home", __name__)

LATEST = 6


@blueprint.get("/")
def home() -> ResponseReturnValue:
    actor = web.actor()
    overview = home_room.overview(actor)
    log = activity.read_log(actor, LogFilter())
    return render_template(
        "home/home.html",
        overview=overview,
        work=overview.work,
        dismissed=home_room.dismissed_work(actor, request.args.get("dismissed", "")),
        latest=[(entry, sentence_of(entry, log.names.get(entry.id, ""))) for entry in log.entries[:LATEST]],
        nav_active="home",
    )


@blueprint.get("/home/work")
def work() -> ResponseReturnValue:
    """What runs and what needs somebody: polled while something runs. The end brings the figures along."""
    actor = web.actor()
    now = home_room.work_now(actor)
    figures = None if now.under_way else home_room.figures(actor)
    return render_template("home/_work_answer.html", work=now, figures=figures)

"""Home page, and its partial that is polled while jobs run."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.activity import application as activity
from app.activity.application import LogFilter
from app.home import application as home_room
from app.platform import web

blueprint = Blueprint("home", __name__)

RECENT_ENTRIES = 6


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
        latest=[
            (entry, activity.sentence_of(entry, log.names.get(entry.id, ""), entry.id in log.gone))
            for entry in log.entries[:RECENT_ENTRIES]
        ],
        nav_active="home",
    )


@blueprint.get("/home/work")
def work() -> ResponseReturnValue:
    """Partial with running jobs and jobs that need attention; includes the figures once nothing runs."""
    actor = web.actor()
    current = home_room.current_work(actor)
    people, figures = (None, None) if current.unfinished else home_room.figures(actor)
    dismissed = home_room.dismissed_work(actor, request.args.get("dismissed", ""))
    return render_template(
        "home/_work_answer.html", work=current, people=people, figures=figures, dismissed=dismissed
    )

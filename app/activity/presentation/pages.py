"""Activity page: the audit log, newest first, with filters in the query string."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.activity import application as activity
from app.activity.application import LogFilter, LogPage, Sentence
from app.platform import web
from app.platform.clock import now
from app.platform.ids import HIGHEST_ID
from app.platform.text import formats
from app.platform.text.numbers import whole_number

blueprint = Blueprint("activity", __name__)


@blueprint.get("/activity")
def index() -> ResponseReturnValue:
    asked: dict[str, Any] = {
        name: value
        for name in ("person", "kind", "from", "to")
        if (value := request.args.get(name, "").strip())
    }
    wanted = _filter_of(asked)
    page = activity.read_log(web.actor(), wanted, before=_id("before"), after=_id("after"))
    return render_template(
        "activity/index.html",
        days=_by_day(page),
        page=page,
        people=activity.people_in_log(web.actor()),
        asked=asked,
        wanted=wanted,
        kinds=activity.filter_kinds(),
        newer_url=page.newer and url_for("activity.index", **asked, after=page.newer),
        older_url=page.older and url_for("activity.index", **asked, before=page.older),
        nav_active="activity",
    )


def _filter_of(asked: Mapping[str, str]) -> LogFilter:
    """Parse the query string's filters; invalid values are ignored."""
    kind = activity.filter_kinds().get(asked.get("kind", ""))
    until = formats.midnight(asked.get("to"))
    return LogFilter(
        user_id=whole_number(asked.get("person"), HIGHEST_ID),
        subjects=kind.subjects if kind else (),
        since=formats.midnight(asked.get("from")),
        until=formats.midnight(asked.get("to"), days_later=1) if until else None,
    )


def _id(name: str) -> int | None:
    return whole_number(request.args.get(name), HIGHEST_ID)


def _by_day(page: LogPage) -> list[tuple[str, list[tuple[Any, Sentence, str]]]]:
    """Group the entries by day: [(“Today”, [(entry, sentence, “2:05 PM”)])], newest first."""
    days: dict[str, list[tuple[Any, Sentence, str]]] = {}
    for entry in page.entries:
        line = (
            entry,
            activity.sentence_of(entry, page.names.get(entry.id, ""), entry.id in page.gone),
            formats.time(entry.at),
        )
        days.setdefault(_day_name(entry.at), []).append(line)
    return list(days.items())


def _day_name(at: datetime) -> str:
    day, today = formats.in_zone(at).date(), formats.in_zone(now()).date()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A}, {formats.long_date(day)}"

"""Activity page: the audit log, newest first, with filters in the query string."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

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


LONGEST: Final = 100
FILTERS: Final = ("person", "kind", "about", "from", "to")


@blueprint.get("/activity")
def index() -> ResponseReturnValue:
    asked = _asked()
    wanted = _filter_of(asked)
    page = activity.read_log(web.actor(), wanted, before=_id("before"), after=_id("after"))
    return render_template(
        "activity/index.html",
        days=_by_day(page),
        about=_about(page) if wanted.about else None,
        about_url=_about_url,
        all_url=url_for("activity.index", **{name: asked[name] for name in asked if name != "about"}),
        export_url=url_for("activity.export", **asked),
        page=page,
        people=activity.people_in_log(web.actor()),
        asked=asked,
        wanted=wanted,
        kinds=activity.filter_kinds(),
        actions=activity.filter_actions(activity.actions_in_log(web.actor())),
        newer_url=page.newer and url_for("activity.index", **asked, after=page.newer),
        older_url=page.older and url_for("activity.index", **asked, before=page.older),
        nav_active="activity",
    )


@blueprint.get("/activity/entries.csv")
def export() -> ResponseReturnValue:
    """Stream the entries that meet the filters, which are those of the page."""
    asked = _asked()
    exported = activity.export_log(web.actor(), _filter_of(asked), asked)
    return web.csv_file(exported.chunks, exported.name)


def _asked() -> dict[str, Any]:
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    return {name: value[:LONGEST] for name, value in given.items() if value}


def _filter_of(asked: Mapping[str, str]) -> LogFilter:
    """Parse the query string's filters; invalid values are ignored. The type is a kind of things, or one of
    the actions on them."""
    wanted = asked.get("kind", "")
    kind = activity.filter_kinds().get(wanted)
    is_action = any(wanted in words.sentences for words in activity.registered_words().values())
    until = formats.midnight(asked.get("to"))
    return LogFilter(
        user_id=whole_number(asked.get("person"), HIGHEST_ID),
        subjects=kind.subjects if kind else (),
        action=wanted if is_action and not kind else "",
        about=_thing(asked.get("about", "")),
        since=formats.midnight(asked.get("from")),
        until=formats.midnight(asked.get("to"), days_later=1) if until else None,
    )


def _thing(text: str) -> tuple[str, str] | None:
    """Parse “workflow:0190…”; None for a subject that nobody knows."""
    subject, _, subject_id = text.partition(":")
    is_known = any(subject in words.subjects for words in activity.registered_words().values())
    return (subject, subject_id) if is_known and subject_id else None


def _about(page: LogPage) -> str:
    """Return what the latest entry calls the thing that the list is about."""
    for entry in page.entries:
        return activity.sentence_of(entry, page.names.get(entry.id, "")).name
    return ""


def _about_url(entry: Any) -> str:
    return url_for("activity.index", about=f"{entry.subject}:{entry.subject_id}")


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

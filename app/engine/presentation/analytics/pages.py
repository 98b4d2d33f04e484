"""The page of a workflow’s analytics, and the downloads of its tables."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.engine.application.analytics import analytics_of
from app.engine.application.analytics.numbers import REACTIONS, Analytics
from app.engine.domain.periods import CUSTOM, LABELS
from app.engine.domain.proportions import FEWEST
from app.engine.presentation.analytics import charts, words
from app.engine.presentation.analytics.downloads import TABLES, csv_of
from app.messaging.application import Result
from app.platform import web
from app.platform.errors import Invalid, NotFound

blueprint = Blueprint("analytics", __name__, url_prefix="/workflows/<public_id>/analytics")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    problems: dict[str, str] = {}
    try:
        found = _asked(public_id)
    except Invalid as wrong:
        problems = wrong.facts["fields"]
        found = analytics_of(web.actor(), public_id)
    page = render_template(
        "engine/analytics.html",
        found=found,
        problems=problems,
        asked={name: request.args.get(name, "") for name in ("from", "to")},
        tabs=_tabs(found),
        chart=charts.source_chart(found),
        range_charts=charts.range_charts,
        words=words,
        reactions=REACTIONS,
        tones=charts.REACTION_TONES,
        results=tuple(Result),
        Result=Result,
        fewest=FEWEST,
        csv=lambda table: url_for("analytics.download", table=table, **_address(found)),
        nav_active="workflows",
    )
    return page, 422 if problems else 200


@blueprint.get("/<table>.csv")
def download(public_id: str, table: str) -> ResponseReturnValue:
    if table not in TABLES:
        raise NotFound("NOT_FOUND", "This file doesn’t exist.")
    return web.csv_file(*csv_of(_asked(public_id), table))


def _asked(public_id: str) -> Analytics:
    """Return the analytics of the period in the query."""
    first, last = (_day(request.args.get(name)) for name in ("from", "to"))
    key = request.args.get("period", "")
    if key == CUSTOM:
        return analytics_of(web.actor(), public_id, CUSTOM, first, last)
    return analytics_of(web.actor(), public_id, key)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _tabs(found: Analytics) -> list[dict[str, Any]]:
    public_id = found.workflow.public_id
    return [
        {
            "text": label,
            "url": url_for("analytics.show", public_id=public_id, period=key),
            "active": key == found.period.key,
        }
        for key, label in LABELS.items()
    ]


def _address(found: Analytics) -> dict[str, Any]:
    period = found.period
    address: dict[str, Any] = {"public_id": found.workflow.public_id, "period": period.key}
    return {**address, "from": period.first, "to": period.last} if period.key == CUSTOM else address

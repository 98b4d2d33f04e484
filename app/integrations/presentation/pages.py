"""Settings > Integrations: services, whether they are connected, and what needs them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.integrations.application.overview import service_cards
from app.integrations.domain.event_sources import EVENT_NAMES, SOURCES
from app.platform import web

blueprint = Blueprint("integrations", __name__)


@blueprint.get("/settings/integrations")
def index() -> ResponseReturnValue:
    return render_template(
        "integrations/index.html",
        cards=service_cards(web.actor()),
        sources=SOURCES,
        event_names=EVENT_NAMES,
        nav_active="settings",
    )

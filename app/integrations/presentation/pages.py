"""Settings > Integrations: services and whether they are connected."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.integrations import application as integrations
from app.integrations.domain import ALWAYS_CONNECTED, BUSINESS_LINKS, SERVICES
from app.platform import web

blueprint = Blueprint("integrations", __name__)


@blueprint.get("/settings/integrations")
def index() -> ResponseReturnValue:
    actor = web.actor()
    require(actor, Permission.REPORTS)
    return render_template(
        "integrations/index.html",
        services=SERVICES,
        connected=integrations.connected(actor.account_id),
        built_in=ALWAYS_CONNECTED,
        links=BUSINESS_LINKS,
        nav_active="settings",
    )

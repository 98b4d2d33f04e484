"""The address that email providers call. It is open to everyone; only signed requests count."""

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.messaging.application.providers.addresses import PATH
from app.messaging.application.providers.receiving import connection_of, take
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("mail_hooks", __name__, url_prefix=PATH)

MOST_BYTES: Final = 1024 * 1024
"""SendGrid sends up to 768 KB at once."""


def _check() -> None:
    values = request.view_args or {}
    connection_of(values.get("provider", ""), values.get("address_key", ""))


@blueprint.post("/<provider>/<address_key>")
@web.skip_authentication
@web.csrf.exempt
@web.takes_bodies(MOST_BYTES, _check)
def receive(provider: str, address_key: str) -> ResponseReturnValue:
    """Receive reports of an email provider."""
    try:
        take(provider, address_key, dict(request.headers), request.get_data())
    except Invalid:
        return Response("This isn’t JSON.", 400, mimetype="text/plain")
    return Response(status=204)

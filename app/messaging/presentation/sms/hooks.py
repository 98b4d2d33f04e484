"""The addresses that the provider of text messages calls. They are open to everyone; only signed requests
count."""

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.messaging.application.sms import callbacks
from app.messaging.application.sms.addresses import PATH
from app.platform import web

blueprint = Blueprint("sms_hooks", __name__, url_prefix=PATH)

NO_ANSWER: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.post("/<key>")
@web.skip_authentication
@web.csrf.exempt
def incoming(key: str) -> ResponseReturnValue:
    """Receive a text message."""
    callbacks.receive_text(key, _fields(), _signature())
    return Response(NO_ANSWER, mimetype="text/xml")


@blueprint.post("/<key>/<message_key>")
@web.skip_authentication
@web.csrf.exempt
def report(key: str, message_key: str) -> ResponseReturnValue:
    """Receive a delivery report."""
    callbacks.receive_report(key, message_key, _fields(), _signature())
    return Response(status=204)


def _fields() -> list[tuple[str, str]]:
    return list(request.form.items(multi=True))


def _signature() -> str:
    return request.headers.get("X-Twilio-Signature", "")

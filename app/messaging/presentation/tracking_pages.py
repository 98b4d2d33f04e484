"""Links and pictures of emails. They are open to whoever has them, and answer also if nothing is recorded."""

from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.messaging.application import tracking
from app.platform import web
from app.platform.errors import NotFound
from app.platform.ids import number_of

blueprint = Blueprint("tracking", __name__)

PIXEL: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@blueprint.get("/c/<secret>")
@web.skip_authentication
def click(secret: str) -> ResponseReturnValue:
    try:
        address = tracking.follow(secret, _account_id(), request.method, request.user_agent.string)
    except NotFound:
        return render_template("messaging/unknown_link.html"), 404
    return redirect(address, 302) if address else Response(status=204)


@blueprint.get("/o/<secret>.gif")
@web.skip_authentication
def opened(secret: str) -> ResponseReturnValue:
    tracking.open_message(secret, _account_id(), request.method, request.user_agent.string)
    return Response(PIXEL, mimetype="image/gif")


def _account_id() -> int | None:
    return number_of(request.args.get(tracking.ACCOUNT, ""))


@blueprint.after_request
def _keep_private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return web.keep_address_private(answer)

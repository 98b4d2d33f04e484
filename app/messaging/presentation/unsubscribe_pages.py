"""The page behind the unsubscribe link of a message. It is open to whoever has the link, also to programs.

Looking at it changes nothing, because mail filters fetch links. The unsubscribe button of a mail program
sends a POST without cookies (RFC 8058), and so do the page's forms: the link is what entitles them, so there
is neither a session nor a CSRF token.
"""

from typing import Final

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.messaging import application as messaging
from app.platform import web
from app.platform.attempts import AttemptLimiter

blueprint = Blueprint("unsubscribing", __name__, url_prefix="/u/<token>")
blueprint.after_request(web.keep_address_private)

LIMITER: Final = "unknown unsubscribe links"
MOST_WRONG, WRONG_SECONDS = 60, 15 * 60
ALL, WORKFLOW, TOPICS, UNDO = "all", "workflow", "topics", "undo"


def init(app: Flask) -> None:
    AttemptLimiter(app, LIMITER, MOST_WRONG, WRONG_SECONDS)
    app.register_blueprint(blueprint)


_limit_unknown = web.limit_unknown(LIMITER, lambda _: render_template("messaging/unknown_link.html"))


@blueprint.get("")
@web.skip_authentication
@_limit_unknown
def show(token: str) -> ResponseReturnValue:
    return _page(token)


@blueprint.post("")
@web.skip_authentication
@web.csrf.exempt
@_limit_unknown
def change(token: str) -> ResponseReturnValue:
    if request.form.get("List-Unsubscribe") == "One-Click":
        messaging.unsubscribe(token)
        return Response("You’re unsubscribed.\n", mimetype="text/plain")
    wanted = request.form.get("do", "")
    if wanted == UNDO:
        is_undone = messaging.undo(token, request.form.get("undo", ""))
        return _page(token, "undone" if is_undone else "too_late")
    if wanted == WORKFLOW:
        return _page(token, "left", messaging.leave_workflow(token))
    if wanted == TOPICS:
        if not (chosen := request.form.getlist("topic")):
            return _page(token, problem="Choose at least one topic."), 422
        return _page(token, "stopped", messaging.stop_topics(token, chosen))
    if wanted == ALL:
        return _page(token, "unsubscribed", messaging.unsubscribe(token))
    return _page(token), 422


@blueprint.get("/logo")
@web.skip_authentication
@_limit_unknown
def logo(token: str) -> ResponseReturnValue:
    return web.logo_image(*messaging.logo_for(token))


def _page(token: str, done: str = "", undo: str = "", problem: str = "") -> str:
    recipient = messaging.recipient_of(token)
    return render_template(
        "messaging/unsubscribe.html", recipient=recipient, done=done, undo=undo, problem=problem
    )

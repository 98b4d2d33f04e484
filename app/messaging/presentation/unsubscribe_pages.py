"""The page behind the unsubscribe link of a message. It is open to whoever has the link, also to programs.

Looking at it changes nothing, because mail filters fetch links. The unsubscribe button of a mail program
sends a POST without cookies (RFC 8058), and so do the page's forms: the link is what entitles them, so there
is neither a session nor a CSRF token.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.messaging import application as messaging
from app.platform import web
from app.platform.attempts import AttemptLimiter, count_or_refuse
from app.platform.errors import NotFound

blueprint = Blueprint("unsubscribing", __name__, url_prefix="/u/<token>")

LIMITER: Final = "unknown unsubscribe links"
MOST_WRONG, WRONG_SECONDS = 60, 15 * 60
ALL, WORKFLOW, TOPICS, UNDO = "all", "workflow", "topics", "undo"


def init(app: Flask) -> None:
    AttemptLimiter(app, LIMITER, MOST_WRONG, WRONG_SECONDS)
    app.register_blueprint(blueprint)


def _counting_unknown(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """Limit how many links that don't exist an IP address may try."""

    @wraps(view)
    def counted(token: str) -> ResponseReturnValue:
        try:
            return view(token)
        except NotFound:
            count_or_refuse(LIMITER, request.remote_addr)
            return render_template("messaging/unknown_link.html"), 404

    return counted


@blueprint.get("")
@web.skip_authentication
@_counting_unknown
def show(token: str) -> ResponseReturnValue:
    return _page(token)


@blueprint.post("")
@web.skip_authentication
@web.csrf.exempt
@_counting_unknown
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
@_counting_unknown
def logo(token: str) -> ResponseReturnValue:
    """Serve the account's logo with headers that keep browsers from executing it."""
    content, media_type = messaging.logo_for(token)
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.after_request
def _hide(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _page(token: str, done: str = "", undo: str = "", problem: str = "") -> str:
    recipient = messaging.recipient_of(token)
    return render_template(
        "messaging/unsubscribe.html", recipient=recipient, done=done, undo=undo, problem=problem
    )

"""The guard in front of every page and API answer: who acts, and for which account.

It runs before anything reads a request's body; a view is open to strangers only when it is marked
with `web.public`.
"""

from flask import Response, current_app, g, jsonify, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.application import actor_of, installation_is_new
from app.accounts.domain import Actor
from app.accounts.presentation.sessions import end_this_session
from app.platform import formats, tenancy, web
from app.platform.errors import NotFound
from app.platform.logs import origin


def guard() -> AnyResponse | None:
    """Lets strangers see public views only, and says for whom the session acts."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or getattr(view, "is_public", False)
    if request.endpoint == "static" or getattr(view, "is_for_machines", False):
        return None
    formats.zone.set("UTC")
    if current_user.is_authenticated:
        return _sign_in_actor(is_public)
    return None if is_public else _send_to_sign_in()


def _sign_in_actor(is_public: bool) -> AnyResponse | None:
    try:
        actor = _actor()
    except NotFound:  # they belong to no account any more
        end_this_session()
        return None if is_public else _send_to_sign_in()
    g.actor = actor
    tenancy.act_for(actor.account_id)
    formats.zone.set(actor.time_zone)
    origin.set({**(origin.get() or {}), "account": actor.account_id, "user": actor.user_id})
    return None


def _actor() -> Actor:
    sender = request.remote_addr or ""
    try:
        return actor_of(current_user.id, session.get("account_id"), sender)
    except NotFound:
        if session.pop("account_id", None) is None:
            raise
        return actor_of(current_user.id, None, sender)  # no longer in that one, but in their own


def _send_to_sign_in() -> AnyResponse:
    if web.is_api():
        problem = {
            "type": "about:blank",
            "title": "Sign in required",
            "status": 401,
            "code": "UNAUTHENTICATED",
        }
        answer = jsonify(problem | {"detail": "Sign in or use an API token."})
        answer.mimetype, answer.status_code = "application/problem+json", 401
        return answer
    page = url_for("first_visit.set_up") if installation_is_new() else url_for("security.login", next=_next())
    if web.is_htmx():
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page, 303)


def _next() -> str | None:
    """Where to go after signing in: the page asked for, or the one that asked for a part of itself."""
    if web.is_htmx():
        wanted = "?".join(web.page_of_htmx())
    elif request.method == "GET":
        wanted = request.full_path
    else:
        return None
    return None if wanted in ("/?", "?") else wanted.rstrip("?")

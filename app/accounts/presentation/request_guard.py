"""Request guard: authenticates every request and sets its actor and account.

Browsers have a session cookie, programs that use the API a token. The guard runs before the body is read.
Only views marked with `web.public` or `web.skip_authentication` are open to people who are not signed in.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.application import actor_of, installation_is_new, open_accounts
from app.accounts.application.security.two_factor import must_turn_on
from app.accounts.application.suspension import agency_contact
from app.accounts.domain import Actor
from app.accounts.presentation.programs import sign_in_program
from app.accounts.presentation.sessions import end_this_session
from app.platform import tenancy, web
from app.platform.errors import NotFound
from app.platform.logs import origin
from app.platform.text import formats

View = TypeVar("View", bound=Callable[..., Any])

MOST_OTHERS = 50
NO_ACCOUNT = "You’re signed out because you aren’t on a team anymore. Ask an owner or admin to invite you."


def also_without_account(view: View) -> View:
    """Mark a public view for which users without an account stay signed in."""
    view.is_for_users_without = True  # type: ignore[attr-defined]
    return view


def also_while_suspended(view: View) -> View:
    """Mark a view that the people of a suspended account may use."""
    view.is_for_suspended = True  # type: ignore[attr-defined]
    return view


def guard() -> AnyResponse | None:
    """Set `g.actor` and the account of the request; return a response if sign-in is required."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or getattr(view, "is_public", False)
    if request.endpoint == "static" or getattr(view, "skips_authentication", False):
        return None
    formats.zone.set("UTC")
    if web.is_api():
        return None if view is None else sign_in_program()
    if current_user.is_authenticated:
        return _sign_in_actor(is_public)
    return None if is_public else _send_to_sign_in()


def _sign_in_actor(is_public: bool) -> AnyResponse | None:
    try:
        actor = _actor()
    except NotFound:  # the user has no account anymore
        if getattr(current_app.view_functions.get(request.endpoint or ""), "is_for_users_without", False):
            return None
        end_this_session()
        if is_public:
            return None
        flash(NO_ACCOUNT, "warning")
        return _send_to_sign_in()
    g.actor = actor
    tenancy.act_for(actor.account_id)
    formats.zone.set(actor.time_zone)
    origin.set({**(origin.get() or {}), "account": actor.account_id, "user": actor.user_id})
    if actor.is_suspended and not is_public and not actor.of_agency:
        return _suspended(actor)
    if not is_public and request.blueprint != "two_factor" and must_turn_on(actor):
        return _send_to_two_factor()
    return None


def _send_to_two_factor() -> AnyResponse:
    """Lead to the page that turns it on. What that page loads by itself stays empty: a redirect would load
    the page again and again."""
    if web.is_htmx() or _is_event_stream():
        return Response(status=204)
    return redirect(url_for("two_factor.set_up"), 303)


def _suspended(actor: Actor) -> AnyResponse | None:
    """Say that the account is suspended, and offer the user's other accounts."""
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_for_suspended", False):
        return None
    if _is_event_stream():
        return Response(status=204)
    if web.is_htmx():
        return Response(status=403, headers={"HX-Redirect": "/"})
    agency, owner = agency_contact(actor)
    others = [one for one in open_accounts(actor, limit=MOST_OTHERS).rows if one.id != actor.account_id]
    page = render_template("accounts/suspended.html", agency=agency, owner=owner, others=others)
    return Response(page, 403)


def _actor() -> Actor:
    sender = request.remote_addr or ""
    try:
        return actor_of(current_user.id, session.get("account_id"), sender)
    except NotFound:
        if session.pop("account_id", None) is None:
            raise
        return actor_of(current_user.id, None, sender)  # lost access to that account: use their own


def _send_to_sign_in() -> AnyResponse:
    page = (
        url_for("initial_setup.set_up") if installation_is_new() else url_for("security.login", next=_next())
    )
    if web.is_htmx():
        return Response(status=401, headers={"HX-Redirect": page})
    if _is_event_stream():
        return Response(status=204)  # a browser then neither reopens the stream nor complains about a page
    return redirect(page, 303)


def _is_event_stream() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "is_event_stream", False))


def _next() -> str | None:
    """Return the URL to open after sign-in: the requested page, or the page that sent an htmx request."""
    if web.is_htmx():
        wanted = "?".join(web.htmx_page())
    elif request.method == "GET":
        wanted = request.full_path
    else:
        return None
    return None if wanted in ("/?", "?") else wanted.rstrip("?")

"""Connect Flask-Login to server-side sessions: both of its cookies hold a session token, not a user id."""

from typing import Any

from flask import Flask, request, session
from flask_login import logout_user, user_logged_in

from app.accounts.application import (
    begin_session,
    discard_expired_sessions,
    end_session,
    user_of_session,
)
from app.accounts.application.sessions import REMEMBERED_SESSION_LIFETIME
from app.platform.clock import every
from app.platform.logs import log

_TOKEN_KEY = "_user_id"  # key that Flask-Login reads

every(3600)(discard_expired_sessions)


def init(app: Flask, login_manager: Any) -> None:
    login_manager.user_loader(_load_user)
    remembered = login_manager._load_user_from_remember_cookie
    # Flask-Login raises on cookies that are not ASCII.
    login_manager._load_user_from_remember_cookie = lambda value: (
        remembered(value) if value.isascii() else None
    )
    app.config["REMEMBER_COOKIE_DURATION"] = REMEMBERED_SESSION_LIFETIME
    user_logged_in.connect(_start_session, app)


def current_token() -> str:
    """Return the session token of this request, or "" if the client is not signed in."""
    return str(session.get(_TOKEN_KEY, ""))


def end_this_session() -> None:
    """End the session in this browser and on the server. The browser is first, in case the write fails."""
    token = current_token()
    logout_user()
    session.clear()
    session["_remember"] = "clear"  # tells Flask-Login to delete its cookie
    end_session(token)


def _load_user(token: str) -> Any:
    return user_of_session(token, request.remote_addr or "") if token else None


def _start_session(_app: Flask, user: Any, **_facts: Any) -> None:
    """Start a new session at sign-in and drop values from before it, to prevent session fixation."""
    for name in ("csrf_token", "account_id"):
        session.pop(name, None)
    is_remembered = session.get("_remember") == "set"
    agent = request.headers.get("User-Agent", "")
    session.pop(_TOKEN_KEY, None)
    sender = request.remote_addr or ""
    session[_TOKEN_KEY] = begin_session(user.id, user.fs_uniquifier, is_remembered, sender, agent)
    log.info("signed_in", extra={"user": user.id, "remembered": is_remembered})

"""Ties Flask-Login to our sessions: what it keeps in both of its cookies is the token of a session."""

from typing import Any

from flask import Flask, session
from flask_login import logout_user, user_logged_in

from app.accounts.application import (
    begin_session,
    discard_expired_sessions,
    end_session,
    user_of_session,
)
from app.accounts.application.sessions import REMEMBERED_FOR
from app.platform.clock import every

_TOKEN = "_user_id"  # where Flask-Login looks

every(3600)(discard_expired_sessions)


def init(app: Flask, login_manager: Any) -> None:
    login_manager.user_loader(_user)
    remembered = login_manager._load_user_from_remember_cookie
    # Flask-Login's comparison fails on other characters than it has written itself.
    login_manager._load_user_from_remember_cookie = lambda value: (
        remembered(value) if value.isascii() else None
    )
    app.config["REMEMBER_COOKIE_DURATION"] = REMEMBERED_FOR
    user_logged_in.connect(_begin, app)


def current_token() -> str:
    """The token of the session that this request belongs to, "" for a stranger's."""
    return str(session.get(_TOKEN, ""))


def end_this_session() -> None:
    """Sign out here: on the server, and in this browser even when the server cannot write."""
    token = current_token()
    logout_user()
    session.clear()
    session["_remember"] = "clear"  # has Flask-Login take its cookie back
    end_session(token)


def _user(token: str) -> Any:
    return user_of_session(token) if token else None


def _begin(_app: Flask, user: Any, **_facts: Any) -> None:
    """Nothing that somebody planted in the browser before survives signing in."""
    for name in ("csrf_token", "account_id"):
        session.pop(name, None)
    session[_TOKEN] = begin_session(user.id, session.get("_remember") == "set")

"""Settings > Sign-in security: the browsers in which the current user is signed in."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.application.sessions import end_all_others, end_session_of, list_sessions
from app.accounts.domain import Permission
from app.accounts.domain.devices import device_of
from app.accounts.presentation.sessions import current_token
from app.platform import web
from app.platform.text.words import counted

blueprint = Blueprint("own_security", __name__, url_prefix="/settings/security")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return render_template(
        "accounts/security.html",
        sessions=list_sessions(web.actor(), current_token()),
        device_of=device_of,
        nav_active="settings",
    )


@blueprint.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    end_session_of(web.actor(), session_id)
    flash("Signed out in that browser.", "success")
    return web.send_to(url_for("own_security.show"))


@blueprint.post("/sessions/end-others")
def end_others() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    ended = end_all_others(web.actor(), current_token())
    flash(f"Signed out of {counted(ended, 'other browser')}.", "success")
    return web.send_to(url_for("own_security.show"))

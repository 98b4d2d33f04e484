"""Settings > Sign-in security: two-factor authentication, and the browsers in which the user is signed in."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField

from app.accounts.application import require
from app.accounts.application.security import two_factor
from app.accounts.application.sessions import end_all_others, end_session_of, list_sessions
from app.accounts.domain import Permission
from app.accounts.domain.devices import device_of
from app.accounts.domain.two_factor import RECOVERY_CODES
from app.accounts.presentation.security.current_password import asks_password, check_if_asked
from app.accounts.presentation.sessions import current_token
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.text.words import counted

blueprint = Blueprint("own_security", __name__, url_prefix="/settings/security")


class AccountForm(web.ShowingForm):
    required = BooleanField("Require two-factor authentication")
    password = PasswordField("Current password")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return _page()


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


@blueprint.post("/account")
def set_requirement() -> ResponseReturnValue:
    """Require two-factor authentication of everyone in the account, or no longer."""
    form = AccountForm()
    try:
        check_if_asked(form.password.data)
        two_factor.require_in_account(web.actor(), bool(form.required.data))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form), 422
    except Conflict as refusal:
        form.show({"required": refusal.message})
        return _page(form), 409
    flash("Saved.", "success")
    return web.send_to(url_for("own_security.show"))


def _page(form: AccountForm | None = None) -> str:
    actor = web.actor()
    state = two_factor.state_of(actor)
    return render_template(
        "accounts/security.html",
        state=state,
        most_codes=RECOVERY_CODES,
        form=form or AccountForm(formdata=None, required=two_factor.account_requires(actor)),
        asks_password=asks_password(),
        sessions=list_sessions(actor, current_token()),
        device_of=device_of,
        nav_active="settings",
    )

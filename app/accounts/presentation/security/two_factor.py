"""Settings > Sign-in security > Two-factor authentication: turn it on and off, get new recovery codes."""

from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, PasswordField, StringField

from app.accounts.application import require
from app.accounts.application.profile import check_password
from app.accounts.application.security import two_factor
from app.accounts.domain import Actor, Permission
from app.accounts.domain import two_factor as codes
from app.accounts.presentation.security.current_password import (
    asks_password,
    check_if_asked,
    verify_current_password,
)
from app.accounts.presentation.sessions import current_token
from app.platform import web
from app.platform.errors import Invalid
from app.platform.qr_codes import svg_path

blueprint = Blueprint("two_factor", __name__, url_prefix="/settings/security/two-factor")


class SetUpForm(web.ShowingForm):
    sealed = HiddenField()
    code = StringField("Code", render_kw={"maxlength": 10, "inputmode": "numeric"})
    password = PasswordField("Current password")


class ConfirmForm(web.ShowingForm):
    password = PasswordField("Current password")


@blueprint.get("")
def set_up() -> ResponseReturnValue:
    actor = _actor()
    if two_factor.is_on(actor.user_id or 0):
        return redirect(url_for("own_security.show"), 303)
    return _set_up_page(SetUpForm(formdata=None), two_factor.begin(actor))


@blueprint.post("")
def turn_on() -> ResponseReturnValue:
    """Turn it on. The recovery codes are on the response page only, and never in a URL or cookie."""
    actor, form = _actor(), SetUpForm()
    sealed = str(form.sealed.data or "")
    if two_factor.secret_in(actor, sealed) is None:
        sealed = two_factor.begin(actor)
    try:
        check_if_asked(form.password.data)
        made = two_factor.turn_on(actor, sealed, str(form.code.data or ""), current_token())
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _set_up_page(form, sealed), 422
    return _codes_page(made, is_new=True)


@blueprint.get("/recovery-codes")
def ask_for_codes() -> ResponseReturnValue:
    _actor()
    return _confirm_page("codes", ConfirmForm(formdata=None))


@blueprint.post("/recovery-codes")
def renew_codes() -> ResponseReturnValue:
    actor = _actor()
    return _unconfirmed(actor, "codes") or _codes_page(two_factor.renew_recovery_codes(actor), is_new=False)


@blueprint.get("/removal")
def ask_to_turn_off() -> ResponseReturnValue:
    _actor()
    return _confirm_page("removal", ConfirmForm(formdata=None))


@blueprint.post("/removal")
def turn_off() -> ResponseReturnValue:
    actor = _actor()
    if refused := _unconfirmed(actor, "removal"):
        return refused
    two_factor.turn_off(actor)
    flash("Two-factor authentication is off. Your password alone signs you in.", "success")
    return web.send_to(url_for("own_security.show"))


def _actor() -> Actor:
    actor: Actor = web.actor()
    require(actor, Permission.REPORTS)
    return actor


def _set_up_page(form: SetUpForm, sealed: str) -> str:
    actor = web.actor()
    secret = two_factor.secret_in(actor, sealed) or ""
    path, size = svg_path(codes.setup_address(secret, actor.email))
    form.sealed.data = sealed
    return render_template(
        "accounts/two_factor.html",
        form=form,
        secret=codes.pretty_secret(secret),
        qr_path=path,
        qr_size=size,
        asks_password=asks_password(),
        is_required=two_factor.is_required(actor),
        nav_active="settings",
    )


def _codes_page(made: list[str], is_new: bool) -> str:
    lines = "\r\n".join([f"Muster recovery codes of {web.actor().email}. Each works once.", "", *made, ""])
    file = f"data:text/plain;charset=utf-8,{quote(lines)}"
    return render_template(
        "accounts/recovery_codes.html", codes=made, file=file, is_new=is_new, nav_active="settings"
    )


def _unconfirmed(actor: Actor, what: str) -> tuple[str, int] | None:
    """Return the page that asks for the password again; None if it was right."""
    form = ConfirmForm()
    try:
        check_password(actor, str(form.password.data or ""), verify_current_password)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _confirm_page(what, form), 422
    return None


def _confirm_page(what: str, form: ConfirmForm) -> str:
    return render_template("accounts/two_factor_confirm.html", what=what, form=form, nav_active="settings")

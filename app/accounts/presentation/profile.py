"""Settings, Your profile: name, address and password of whoever is signed in."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password, verify_password
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField

from app.accounts.application import require
from app.accounts.application.profile import change_email, change_name, change_password
from app.accounts.domain import Permission
from app.accounts.presentation import lock_out
from app.accounts.presentation.sessions import current_token
from app.platform import web
from app.platform.errors import Invalid
from app.platform.formats import plural

blueprint = Blueprint("profile", __name__, url_prefix="/settings/profile")


class NameForm(FlaskForm):
    name = StringField("Name")


class EmailForm(FlaskForm):
    email = EmailField("Email address")
    password = PasswordField("Current password", id="email-password")


class PasswordForm(FlaskForm):
    password = PasswordField("Current password", id="old-password")
    new_password = PasswordField("New password")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return _page()


@blueprint.post("/name")
def set_name() -> ResponseReturnValue:
    form = NameForm()
    try:
        change_name(web.actor(), _typed(form, "name"))
    except Invalid as wrong:
        return _refused(form, wrong, name_form=form)
    flash("Name saved.", "success")
    return web.send_to(url_for("profile.show"))


@blueprint.post("/email")
def set_email() -> ResponseReturnValue:
    form = EmailForm()
    try:
        change_email(web.actor(), _typed(form, "email"), _typed(form, "password"), _is_right)
    except Invalid as wrong:
        return _refused(form, wrong, email_form=form)
    flash("Email address saved. Use it the next time you sign in.", "success")
    return web.send_to(url_for("profile.show"))


@blueprint.post("/password")
def set_password() -> ResponseReturnValue:
    form = PasswordForm()
    try:
        ended = change_password(
            web.actor(),
            _typed(form, "password"),
            _typed(form, "new_password"),
            _is_right,
            hash_password,
            current_token(),
        )
    except Invalid as wrong:
        return _refused(form, wrong, password_form=form)
    others = f" You were signed out of {plural(ended, 'other browser')}." if ended else ""
    flash(f"Password changed.{others}", "success")
    return web.send_to(url_for("profile.show"))


def _is_right(password: str, password_hash: str) -> bool:
    """Whether the current password is right. Wrong ones count like those of the sign-in page: a browser left
    open is no place to guess it. Raises Locked."""
    attempt = lock_out.begin_sign_in(web.actor().email)
    if not verify_password(password, password_hash):
        return False
    attempt.take_back()
    return True


def _refused(form: FlaskForm, wrong: Invalid, **forms: Any) -> ResponseReturnValue:
    for name, sentence in wrong.facts["fields"].items():
        form[name].errors = [sentence]
    return _page(**forms), 422


def _typed(form: FlaskForm, name: str) -> str:
    return str(form[name].data or "")


def _page(**forms: Any) -> str:
    actor = web.actor()
    shown = {
        "name_form": NameForm(formdata=None, name=actor.name),
        "email_form": EmailForm(formdata=None, email=actor.email),
        "password_form": PasswordForm(formdata=None),
    }
    return render_template("accounts/profile.html", nav_active="settings", **(shown | forms))

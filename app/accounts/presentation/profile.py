"""Settings > Your profile: name, email address, password, and emails of the current user."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password
from wtforms import BooleanField, EmailField, PasswordField, StringField

from app.accounts.application import require
from app.accounts.application.api_tokens import count_accounts_with_tokens
from app.accounts.application.profile import (
    EMAIL_LINKS,
    EMAIL_LINKS_SECONDS,
    MOST_EMAIL_LINKS,
    change_approval_emails,
    change_email,
    change_name,
    change_password,
    confirm_email,
    new_email_in,
    wants_approval_emails,
)
from app.accounts.domain import Permission
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.accounts.presentation.security.current_password import verify_current_password
from app.accounts.presentation.security.password_emails import about_tokens
from app.accounts.presentation.sessions import current_token
from app.platform import web
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.attempts import AttemptLimiter
from app.platform.errors import Invalid
from app.platform.text.words import counted

blueprint = Blueprint("profile", __name__, url_prefix="/settings/profile")


def init(app: Flask) -> None:
    AttemptLimiter(app, EMAIL_LINKS, MOST_EMAIL_LINKS, EMAIL_LINKS_SECONDS)
    app.register_blueprint(blueprint)


class NameForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_NAME_LENGTH})


class EmailForm(web.ShowingForm):
    email = EmailField("Email address", render_kw={"maxlength": MAX_ADDRESS})
    password = PasswordField("Current password", id="email-password")


class PasswordForm(web.ShowingForm):
    password = PasswordField("Current password", id="old-password")
    new_password = PasswordField("New password")


class EmailsForm(web.ShowingForm):
    approvals = BooleanField("Email me when a job waits for my approval")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return _page()


@blueprint.post("/name")
def set_name() -> ResponseReturnValue:
    form = NameForm()

    def save() -> str:
        change_name(web.actor(), _submitted(form, "name"))
        return "Name saved."

    return _save_and_redirect(form, save, name_form=form)


@blueprint.post("/email")
def set_email() -> ResponseReturnValue:
    form = EmailForm()

    def save() -> str:
        email, password = _submitted(form, "email"), _submitted(form, "password")
        ended = change_email(web.actor(), email, password, verify_current_password, current_token())
        if ended is None:
            return f"If {email.strip()} can be used, a link was sent there. Open it within an hour."
        return _email_saved(ended)

    return _save_and_redirect(form, save, email_form=form)


@blueprint.get("/email/<token>")
def new_email(token: str) -> ResponseReturnValue:
    """Ask before the address is changed: mail filters open links, too."""
    require(web.actor(), Permission.REPORTS)
    page = render_template(
        "accounts/new_email.html", token=token, email=new_email_in(web.actor(), token), nav_active="settings"
    )
    return web.keep_address_private(make_response(page))


@blueprint.post("/email/<token>")
def use_new_email(token: str) -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    flash(_email_saved(confirm_email(web.actor(), token, current_token())), "success")
    return web.send_to(url_for("profile.show"))


@blueprint.post("/password")
def set_password() -> ResponseReturnValue:
    form = PasswordForm()

    def save() -> str:
        old, new = _submitted(form, "password"), _submitted(form, "new_password")
        ended = change_password(
            web.actor(), old, new, verify_current_password, hash_password, current_token()
        )
        tokens = about_tokens(count_accounts_with_tokens(web.actor().user_id or 0))
        return f"Password changed.{_signed_out(ended)} {tokens}".rstrip()

    return _save_and_redirect(form, save, password_form=form)


@blueprint.post("/emails")
def set_emails() -> ResponseReturnValue:
    form = EmailsForm()

    def save() -> str:
        change_approval_emails(web.actor(), wanted=bool(form.approvals.data))
        return "Saved."

    return _save_and_redirect(form, save, emails_form=form)


def _save_and_redirect(form: web.ShowingForm, save: Callable[[], str], **forms: Any) -> ResponseReturnValue:
    """Call `save` and redirect to the page with the message it returns, or show its errors next to fields."""
    try:
        message = save()
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(**forms), 422
    flash(message, "success")
    return web.send_to(url_for("profile.show"))


def _email_saved(ended: int) -> str:
    return f"Email address saved. Use it the next time you sign in.{_signed_out(ended)}"


def _signed_out(ended: int) -> str:
    return f" You were signed out of {counted(ended, 'other browser')}." if ended else ""


def _submitted(form: web.ShowingForm, name: str) -> str:
    return str(form[name].data or "")


def _page(**forms: Any) -> str:
    actor = web.actor()
    shown = {
        "name_form": NameForm(formdata=None, name=actor.name),
        "email_form": EmailForm(formdata=None, email=actor.email),
        "password_form": PasswordForm(formdata=None),
        "emails_form": EmailsForm(formdata=None, approvals=wants_approval_emails(actor)),
    }
    return render_template("accounts/profile.html", nav_active="settings", **(shown | forms))

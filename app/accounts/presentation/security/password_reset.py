"""Forgot your password?: a link by email, with which its owner chooses a new password.

The link is Flask-Security's signed token: it expires after an hour, and a changed password or email address
makes it invalid. Its pages are ours, because Flask-Security sends the email while the visitor waits, which
tells who has an account.
"""

import math
from typing import Any

from flask import Blueprint, Flask, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password
from flask_security.recoverable import reset_password_token_status
from wtforms import EmailField, PasswordField

from app.accounts.application.api_tokens import count_accounts_with_tokens
from app.accounts.application.security import passwords
from app.accounts.application.system_emails import can_email_links
from app.accounts.presentation import lock_out
from app.accounts.presentation.security.password_emails import about_tokens
from app.platform import queue, web
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.attempts import AttemptLimiter, attempt_limiter, network_of
from app.platform.errors import Invalid, LimitReached, NotFound
from app.platform.settings import current
from app.platform.text.words import counted

BY_ADDRESS, MOST_BY_ADDRESS = "resets by address", 3
BY_NETWORK, MOST_BY_NETWORK = "resets by network", 20
SECONDS = 3600

blueprint = Blueprint("password_reset", __name__)
blueprint.after_request(web.keep_address_private)


class AskForm(web.ShowingForm):
    email = EmailField("Email address", render_kw={"maxlength": MAX_ADDRESS})


class ResetForm(web.ShowingForm):
    password = PasswordField("New password")


def init(app: Flask) -> None:
    AttemptLimiter(app, BY_ADDRESS, MOST_BY_ADDRESS, SECONDS)
    AttemptLimiter(app, BY_NETWORK, MOST_BY_NETWORK, SECONDS)
    queue.task(passwords.RESET_TASK, "urgent", timeout=60)(passwords.send_reset)
    app.register_blueprint(blueprint)


@blueprint.get("/forgot-password")
@web.public
def ask() -> ResponseReturnValue:
    return _ask_page(AskForm(formdata=None))


@blueprint.post("/forgot-password")
@web.public
def send() -> ResponseReturnValue:
    form = AskForm()
    email = str(form.email.data or "").strip()
    try:
        if email:
            _count(email)
        passwords.ask_for_reset(email)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _ask_page(form), 422
    return _ask_page(form, sent_to=email)


@blueprint.get("/reset-password/<token>")
@web.public
def choose(token: str) -> ResponseReturnValue:
    return _unknown_page() if _user_of(token) is None else _choose_page(ResetForm(formdata=None), token)


@blueprint.post("/reset-password/<token>")
@web.public
def save(token: str) -> ResponseReturnValue:
    user, form = _user_of(token), ResetForm()
    if user is None:
        return _unknown_page()
    new = str(form.password.data or "")
    try:
        passwords.reset_password(user.id, user.fs_uniquifier, new, hash_password, request.remote_addr or "")
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _choose_page(form, token), 422
    except NotFound:  # used meanwhile, or the user has no account anymore
        return _unknown_page()
    lock_out.clear_passwords(user.email)
    done = "Password changed. You were signed out everywhere. Sign in with your new password."
    flash(f"{done} {about_tokens(count_accounts_with_tokens(user.id))}".rstrip(), "success")
    return web.send_to(url_for("security.login"))


def _user_of(token: str) -> Any:
    """Return the user of a valid link, or None. A changed password leaves no user with the mark in it."""
    is_expired, is_invalid, user = reset_password_token_status(token)  # type: ignore[no-untyped-call]
    return None if is_expired or is_invalid or user is None or not user.active else user


def _count(email: str) -> None:
    """Count a request for an email address, whether or not a user has it. Raises LimitReached."""
    network = network_of(request.remote_addr)
    for name, key in (
        (BY_NETWORK, f"network:{network}"),
        (BY_ADDRESS, f"person:{lock_out.email_digest(email)}"),
    ):
        begun = attempt_limiter(name).begin([key])
        if isinstance(begun, int):
            wait = counted(math.ceil(begun / 60), "minute")
            raise LimitReached("RATE_LIMITED", f"Too many requests. Try again in {wait}.", retry_after=begun)


def _ask_page(form: AskForm, sent_to: str = "") -> str:
    return render_template(
        "accounts/forgot_password.html", form=form, can_send=can_email_links(current()), sent_to=sent_to
    )


def _choose_page(form: ResetForm, token: str) -> str:
    return render_template("accounts/reset_password.html", form=form, token=token)


def _unknown_page() -> ResponseReturnValue:
    return render_template("accounts/reset_link_unknown.html"), 404

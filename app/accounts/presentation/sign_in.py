"""Sign-in and sign-out with Flask-Security-Too: form, settings, and view wrappers."""

import hashlib
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, abort, make_response, redirect, request, url_for
from flask_security import Security
from flask_security.forms import LoginForm
from flask_security.utils import validate_redirect_url
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.infrastructure.user_datastore import user_datastore
from app.accounts.presentation import lock_out, sessions
from app.accounts.presentation.security import second_step
from app.platform import web
from app.platform.logs import log
from app.platform.settings import Settings

WRONG_CREDENTIALS = "The email address or the password is wrong."


class SignInForm(LoginForm):
    """Flask-Security's form with one error for all failures, so that it doesn't reveal who has an account."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email.label.text = "Email address"
        self.password.label.text = "Password"
        self.remember.label.text = "Keep me signed in on this computer"
        if self.next.data and not validate_redirect_url(self.next.data):
            self.next.data = ""  # ignore external URLs, but allow the sign-in

    def validate(self, **options: Any) -> bool:
        """Validate the credentials. The attempt counts as failed until they are verified. Raises Locked."""
        self.email.data = (self.email.data or "").strip()
        if not self.email.data or not self.password.data:
            self.email.errors = [] if self.email.data else ["Enter your email address."]
            self.password.errors = [] if self.password.data else ["Enter your password."]
            return False
        attempt = lock_out.begin_sign_in(self.email.data)
        try:
            is_right = bool(super().validate(**options))
        except Exception:
            attempt.discard()
            raise
        if is_right:
            attempt.discard()
            return True
        lock_out.note_failure(self.email.data)
        self.email.errors = []
        self.password.errors = [WRONG_CREDENTIALS]
        return False


def init(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_LOGIN_USER_TEMPLATE="accounts/sign_in.html",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=_password_salt(settings),
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(hours=1),
        SECURITY_FRESHNESS=timedelta(minutes=-1),  # disables its page that asks for the password again
        REMEMBER_COOKIE_NAME=web.cookie_name("muster_remember", settings),
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=settings.is_secure,
    )
    security = Security(app, user_datastore(), login_form=SignInForm)
    security.want_json(lambda _request: False)
    app.extensions["user_security"] = security
    # Roles come from memberships. Loading identities for roles would make even /healthz read the database.
    security.principal.identity_loaders.clear()
    # There is no sign-in by token; looking for one would read the body before the request is authenticated.
    login_manager = cast(Any, app).login_manager
    login_manager.request_loader(None)
    security.two_factor_plugins = second_step.SecondStep()
    app.register_blueprint(second_step.blueprint)
    sessions.init(app, login_manager)
    app.view_functions["security.login"] = _sign_in_view(app.view_functions["security.login"])
    lock_out.init(app, settings)
    app.view_functions["security.logout"] = _sign_out
    for name in ("login", "logout"):
        web.public(app.view_functions[f"security.{name}"])


def _password_salt(settings: Settings) -> str:
    """Return the key of the HMAC that is hashed. Hashes of another one match no password."""
    key = settings.password_key or settings.secret_key
    return hashlib.sha256(b"salt" + key.encode()).hexdigest()


def _sign_in_view(view: Any) -> Any:
    """Wrap Flask-Security's view: status 422 if the form has errors, 415 for JSON, a check of `next`."""

    def sign_in() -> AnyResponse:
        if request.is_json:
            abort(415)
        if not all(
            map(second_step.is_well_formed_url, (request.args.get("next", ""), request.form.get("next", "")))
        ):
            return redirect(url_for("security.login"), 303)
        answer: Response = make_response(view())
        if request.method == "POST" and answer.status_code == 200:
            answer.status_code = 422
        return answer

    return sign_in


def _sign_out() -> AnyResponse:
    """Sign out. Ends the session on the server as well, so that copied cookies stop working."""
    sessions.end_this_session()
    log.info("signed_out")
    answer = web.send_to(url_for("security.login"))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer

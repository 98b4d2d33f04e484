"""Sign-in by Flask-Security-Too, the lock-out that it lacks, and the guard in front of every page.

The guard runs before anything reads a request's body; a view is open to strangers only when it is
marked with `web.public`.
"""

import hashlib
from typing import Any, cast

from flask import Flask, Response, current_app, g, jsonify, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.forms import LoginForm
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.application import actor_of
from app.accounts.infrastructure import queries
from app.accounts.infrastructure.tables import User
from app.platform import formats, tenancy, web
from app.platform.database import db, transaction
from app.platform.errors import NotFound
from app.platform.logs import origin
from app.platform.settings import Settings


class People(SQLAlchemyUserDatastore):
    """Flask-Security's store, writing through our one door."""

    def commit(self) -> None:
        with transaction():
            pass


class SignInForm(LoginForm):
    """Flask-Security's form with one message for every reason, so that it tells no addresses."""

    def validate(self, **options: Any) -> bool:
        if super().validate(**options):
            return True
        self.email.errors = []
        self.password.errors = ["The e-mail address or the password is wrong."]
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
        SECURITY_PASSWORD_SALT=hashlib.sha256(b"salt" + settings.secret_key.encode()).hexdigest(),
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=settings.is_secure,
    )
    app.extensions["people"] = Security(app, People(db, User, None), login_form=SignInForm)
    _lock_out(app, settings)
    for name in ("login", "logout"):
        web.public(app.view_functions[f"security.{name}"])
    app.context_processor(lambda: {"current_actor": g.get("actor")})


def guard() -> AnyResponse | None:
    """Lets strangers see public views only, and says for whom the session acts."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or request.endpoint == "static" or getattr(view, "is_public", False)
    if current_user.is_authenticated:
        return _sign_in_actor(is_public)
    return None if is_public else _send_to_sign_in()


def _sign_in_actor(is_public: bool) -> AnyResponse | None:
    try:
        actor = actor_of(current_user.id, session.get("account_id"), request.remote_addr or "")
    except NotFound:
        if is_public:
            return None
        session.clear()
        return _send_to_sign_in()
    g.actor = actor
    tenancy.act_for(actor.account_id)
    formats.zone.set(actor.time_zone)
    origin.set({**(origin.get() or {}), "account": actor.account_id, "user": actor.user_id})
    return None


def _send_to_sign_in() -> AnyResponse:
    if web.is_api():
        problem = {"type": "about:blank", "title": "Please sign in", "status": 401, "code": "UNAUTHENTICATED"}
        answer = jsonify(problem | {"detail": "This address needs a token or a signed-in person."})
        answer.mimetype, answer.status_code = "application/problem+json", 401
        return answer
    page = url_for("home.set_up") if queries.installation_is_new() else url_for("security.login", next=_next())
    if web.is_htmx():
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page, 303)


def _next() -> str | None:
    if request.method != "GET" or request.full_path == "/?":
        return None
    return request.full_path.rstrip("?")


def _lock_out(app: Flask, settings: Settings) -> None:
    """Ten wrong passwords lock an address of a person, and one on the network, for a quarter of an hour.
    While the queue is down each web process counts for itself."""
    limiter = Limiter(
        key_func=_network_address,
        app=app,
        storage_uri=settings.queue_url.replace("unix://", "redis+unix://", 1),
        storage_options={"socket_timeout": 2, "socket_connect_timeout": 1},
        in_memory_fallback_enabled=True,
        key_prefix="muster:lock-out",
    )
    limit = f"{settings.lockout_failures} per {settings.lockout_minutes} minutes"
    view = app.view_functions["security.login"]
    for key in (_network_address, _typed_email):
        view = limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_has_failed)(view)
    app.view_functions["security.login"] = cast(Any, view)


def _network_address() -> str:
    return request.remote_addr or "unknown"


def _typed_email() -> str:
    typed = request.form.get("email", "").strip().lower()
    return hashlib.sha256(typed.encode()).hexdigest()


def _has_failed(answer: Response) -> bool:
    return answer.status_code < 300 or answer.status_code >= 400

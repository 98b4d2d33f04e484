"""The lock-out that Flask-Security lacks: ten wrong passwords within a quarter of an hour lock the person
they were tried on and the network address they came from until the first of them is a quarter of an hour old.

Kept in the queue's store, so that all web processes count together; while that is down each process
counts for itself.
"""

import hashlib
import ipaddress
import math
import time
from typing import Any, cast

from flask import Flask, Response, g, make_response, render_template, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from werkzeug.wrappers import Response as AnyResponse

from app.platform.addresses import email_key
from app.platform.formats import plural
from app.platform.logs import log
from app.platform.settings import Settings


def init(app: Flask, settings: Settings) -> None:
    """Guard the sign-in view, which must exist already."""
    limiter = Limiter(
        key_func=_network,
        app=app,
        strategy="moving-window",
        storage_uri=settings.queue_url.replace("unix://", "redis+unix://", 1),
        storage_options={"socket_timeout": 2, "socket_connect_timeout": 1},
        in_memory_fallback_enabled=True,
        key_prefix="muster:lock-out",
    )
    limit = f"{settings.lockout_failures} per {settings.lockout_minutes} minutes"
    view = app.view_functions["security.login"]
    for key in (_network, _person):
        view = limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_has_failed)(view)
    app.view_functions["security.login"] = cast(Any, view)
    app.register_error_handler(RateLimitExceeded, lambda _error: _locked(limiter, settings))


def note_failure() -> None:
    """The password typed in this request was wrong."""
    g.password_was_wrong = True


def _network() -> str:
    """The sender's address; of IPv6 the half that a provider gives to one customer."""
    sender = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(sender)
    except ValueError:
        return sender
    return sender if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _person() -> str:
    """The typed address in its one spelling, unreadable for whoever looks into the store."""
    typed = request.form.get("email", "")
    key = email_key(typed)
    return hashlib.sha256((key if isinstance(key, str) else typed.strip().lower()).encode()).hexdigest()


def _has_failed(_answer: Response) -> bool:
    return bool(g.get("password_was_wrong"))


def _locked(limiter: Limiter, settings: Settings) -> AnyResponse:
    seconds = settings.lockout_minutes * 60
    if limiter.current_limit is not None:
        seconds = max(1, math.ceil(limiter.current_limit.window.reset_time - time.time()))
    log.warning("sign_in_locked", extra={"seconds": seconds})
    wait = plural(math.ceil(seconds / 60), "minute")
    page = render_template("accounts/locked.html", wait=wait, failures=settings.lockout_failures)
    return make_response(page, 429, {"Retry-After": str(seconds)})

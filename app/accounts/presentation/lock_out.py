"""Brute-force protection for sign-in, which Flask-Security lacks.

After `lockout_failures` wrong passwords within `lockout_minutes`, the email address and the client's network
are locked until the oldest of these failures leaves the window.
"""

import hashlib
import hmac
import math

from flask import Flask, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.platform.addresses import email_key
from app.platform.attempts import Attempt, AttemptLimiter, attempt_limiter, network_of
from app.platform.logs import log
from app.platform.settings import Settings, current
from app.platform.text.words import counted


class Locked(Exception):
    """Too many failed attempts: retry after `seconds`. `attempts` is the limit."""

    def __init__(self, seconds: int, attempts: int) -> None:
        super().__init__()
        self.seconds = seconds
        self.attempts = attempts


def init(app: Flask, settings: Settings) -> None:
    seconds = settings.lockout_minutes * 60
    AttemptLimiter(app, "lock-out", settings.lockout_failures, seconds)
    app.register_error_handler(Locked, _locked)


def begin_sign_in(email: str) -> Attempt:
    """Count an attempt as failed until it is discarded. Raises Locked."""
    return _begin(f"person:{email_digest(email)}")


def begin_second_step(email: str) -> Attempt:
    """Count a code of two-factor authentication as wrong until it is discarded. Raises Locked.

    Codes are counted apart from passwords: a right password must not clear them.
    """
    return _begin(f"code:{email_digest(email)}")


def clear_passwords(email: str) -> None:
    """Forget the wrong passwords of a person whose password is another one now. Those of networks, and wrong
    codes, stay counted."""
    attempt_limiter("lock-out").clear([f"person:{email_digest(email)}"])


def note_failure(email: str) -> None:
    """Log a failed sign-in. All lines about an address have the same mark, but none has the address."""
    key = current().secret_key.encode()
    mark = hmac.digest(key, f"sign-in {email_digest(email)}".encode(), hashlib.sha256).hex()[:12]
    log.warning("sign_in_failed", extra={"person": mark})


def email_digest(typed: str) -> str:
    """Return the SHA-256 of the normalized address, so that the queue's store holds no email addresses."""
    key = email_key(typed)
    return hashlib.sha256((key if isinstance(key, str) else typed.strip().lower()).encode()).hexdigest()


def _begin(person: str) -> Attempt:
    attempts = attempt_limiter("lock-out")
    begun = attempts.begin([person, f"network:{network_of(request.remote_addr)}"])
    if isinstance(begun, int):
        raise Locked(begun, attempts.limit)
    return begun


def _locked(refusal: Locked) -> AnyResponse:
    log.warning("sign_in_locked", extra={"seconds": refusal.seconds})
    wait = counted(math.ceil(refusal.seconds / 60), "minute")
    page = render_template("accounts/locked.html", wait=wait, attempts=refusal.attempts)
    return make_response(page, 429, {"Retry-After": str(refusal.seconds)})

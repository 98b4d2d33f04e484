"""The lock-out that Flask-Security lacks: ten wrong passwords within a quarter of an hour lock the person
they were tried on and the network address they came from until the first of them is a quarter of an hour old.
"""

import hashlib
import math

from flask import Flask, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.platform.addresses import email_key
from app.platform.attempts import Attempt, Attempts, attempts_named, network_of
from app.platform.logs import log
from app.platform.settings import Settings
from app.platform.words import counted


class Locked(Exception):
    """Too many attempts; the next one is possible in `seconds`."""

    def __init__(self, seconds: int, attempts: int) -> None:
        super().__init__()
        self.seconds = seconds
        self.attempts = attempts


def init(app: Flask, settings: Settings) -> None:
    seconds = settings.lockout_minutes * 60
    Attempts(app, "lock-out", settings.lockout_failures, seconds)
    app.register_error_handler(Locked, _locked)


def begin_sign_in(email: str) -> Attempt:
    """Count an attempt to sign in as a wrong one until it is taken back. Raises Locked."""
    attempts = attempts_named("lock-out")
    begun = attempts.begin([f"person:{_person(email)}", f"network:{network_of(request.remote_addr)}"])
    if isinstance(begun, int):
        raise Locked(begun, attempts.limit)
    return begun


def _person(typed: str) -> str:
    """The typed address in its one spelling, unreadable for whoever looks into the store."""
    key = email_key(typed)
    return hashlib.sha256((key if isinstance(key, str) else typed.strip().lower()).encode()).hexdigest()


def _locked(refusal: Locked) -> AnyResponse:
    log.warning("sign_in_locked", extra={"seconds": refusal.seconds})
    wait = counted(math.ceil(refusal.seconds / 60), "minute")
    page = render_template("accounts/locked.html", wait=wait, attempts=refusal.attempts)
    return make_response(page, 429, {"Retry-After": str(refusal.seconds)})

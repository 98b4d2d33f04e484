"""Endpoint `/metrics`: the state of the whole installation in Prometheus’ text format.

It is for operators: those who have METRICS_TOKEN, or are on the same machine while nobody else can be.
"""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Final, cast

from flask import Blueprint, Flask, Response, abort, current_app, request

from app.accounts import application as accounts
from app.platform import web
from app.platform.settings import current

KEPT_SECONDS: Final = 5.0

blueprint = Blueprint("metrics", __name__)


class Page:
    """The latest answer of this process. It is kept for some seconds, and made by one request at a time, so
    that nobody can keep the database busy with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text, self._made_at = b"", 0.0

    def text(self, make: Callable[[], bytes]) -> bytes:
        with self._lock:
            if not self._text or time.monotonic() - self._made_at >= KEPT_SECONDS:
                self._text = make()
                self._made_at = time.monotonic()
            return self._text

    def forget(self) -> None:
        with self._lock:
            self._text = b""


def init(app: Flask) -> None:
    app.extensions["metrics_page"] = Page()


@blueprint.get("/metrics")
@web.skip_authentication
def metrics() -> Response:
    """Return the metrics, 401 without the token, or 404 if there is none and the request is from outside."""
    token = current().metrics_token
    if not token and not _is_from_here():
        abort(404)
    if token and not _has(token):
        return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
    from app.home.presentation.metrics import families  # prometheus_client takes a while to load

    page = cast(Page, current_app.extensions["metrics_page"])
    return Response(page.text(families.text), content_type=families.CONTENT_TYPE)


def _is_from_here() -> bool:
    return accounts.comes_from_this_machine(current(), request.host, request.remote_addr, web.is_forwarded())


def _has(token: str) -> bool:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return False
    return secrets.compare_digest(given.token.encode(), token.encode())

"""What happens at the beginning and at the end of every request: its id, the size of its body, headers, and
the line in the log."""

import hashlib
import time
from typing import Any, TypeVar
from uuid import uuid4

from flask import Flask, Request, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from app.platform import metrics
from app.platform.database.page_reads import begin_page
from app.platform.logs import log, origin

API = "/api/"

# Bodies are parsed before the CSRF token is checked, so ordinary forms have a small limit. Only views marked
# with `takes_files` accept bodies up to MAX_CONTENT_LENGTH.
MAX_FORM_BYTES = 3 * 1024 * 1024
MAX_PUBLIC_FORM_BYTES = 64 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

HSTS = "max-age=31536000; includeSubDomains"

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "unknown"
"""What metrics call the route of all requests that have none."""

Answer = TypeVar("Answer", bound=Response)


def for_frames(answer: Answer) -> Answer:
    """Let pages of all sites show an answer in a frame. Only for what is the same for everyone, so that no
    other page can trick a user into clicking."""
    policy = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
    answer.headers["Content-Security-Policy"] = policy
    g.is_for_frames = True
    return answer


class SynchronousFlask(Flask):
    """Flask without asynchronous views and hooks, so that it need not examine each one of every request."""

    def ensure_sync(self, func: Any) -> Any:
        return func


class Sessions(SecureCookieSessionInterface):
    """Sessions of browsers. Requests of the API have none: their cookies are neither read nor set."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(API) else super().open_session(app, request)


def headers_of(is_secure: bool) -> list[tuple[str, str, str]]:
    """Return (name, name in lower case, value) of the headers that every response has, unless it sets them
    itself."""
    headers = HEADERS | ({"Strict-Transport-Security": HSTS} if is_secure else {})
    return [(name, name.lower(), value) for name, value in headers.items()]


def begin() -> None:
    """Give the request an id and limit its body."""
    number = uuid4().hex[:16]
    g.began, g.request_id, g.origin_token = time.perf_counter(), number, origin.set({"request": number})
    if isinstance(request.routing_exception, RequestRedirect) and request.path.startswith(API):
        request.routing_exception = NotFound()  # instead of a redirect to the path without //, as HTML
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method == "GET" and not hasattr(view, "is_event_stream"):
        begin_page()
    if (most := getattr(view, "most_bytes", None)) is not None:
        request.max_content_length = most
    elif getattr(view, "takes_files", None) is None:
        is_public = view is None or getattr(view, "is_public", False)
        request.max_content_length = MAX_PUBLIC_FORM_BYTES if is_public else MAX_FORM_BYTES


def finish(answer: Response) -> Response:
    """Add headers, and count and log the request."""
    headers, asked = answer.headers, request
    given = {name.lower() for name, _ in headers}
    for name, key, value in current_app.extensions["headers"]:
        if key not in given and not (key == "x-frame-options" and g.get("is_for_frames")):
            headers.add(name, value)
    seconds = time.perf_counter() - g.began
    metrics.answered(asked.endpoint or UNKNOWN, _method_of(asked), answer.status_code, seconds)
    if asked.endpoint == "static" and answer.status_code < 400:
        return answer
    headers["Cache-Control"] = "no-store"
    if not asked.path.startswith(API):
        answer.vary.add("HX-Request")
    milliseconds = round(seconds * 1000, 1)
    headers["X-Request-Id"], headers["Server-Timing"] = g.request_id, f"app;dur={milliseconds}"
    facts = {"method": asked.method, "route": str(asked.url_rule), "status": answer.status_code}
    log.info("request_answered", extra={**facts, "ms": milliseconds})
    return answer


def _method_of(asked: Request) -> str:
    """Return the method; all that anybody can make up are one."""
    return asked.method if asked.method in METHODS else "other"

"""Web setup shared by all rooms: security headers, CSRF, error responses, template filters, asset URLs."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from app.platform import error_texts, errors, formats, outages, post_only_urls, request_bodies
from app.platform.database import db
from app.platform.logs import log, origin
from app.platform.problems import problem
from app.platform.settings import Settings
from app.platform.url_ids import IdConverter

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()

# Bodies are parsed before the CSRF token is checked, so ordinary forms have a small limit. Only views marked
# with `takes_files` accept request_bodies up to MAX_CONTENT_LENGTH.
MAX_FORM_BYTES = 3 * 1024 * 1024
MAX_PUBLIC_FORM_BYTES = 64 * 1024

RETRY_AFTER_SECONDS = 5

STATUS = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.TooLarge: 413,
    errors.TooMuch: 400,
    errors.Conflict: 409,
    errors.ChangedMeanwhile: 412,
    errors.Invalid: 422,
    errors.LimitReached: 429,
    errors.Unavailable: 503,
    errors.NoSpace: 507,
}

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

HSTS = "max-age=31536000"


def init(app: Flask, settings: Settings, guard: Callable[[], AnyResponse | None]) -> None:
    """Set up the app. `guard` runs before the body of a request is read and may return a response."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="muster",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]
    app.request_class = request_bodies.Request
    app.url_map.converters["int"] = IdConverter
    app.extensions["guard"] = guard
    app.before_request(_start_request)
    app.before_request(_answer_poll)
    app.before_request(guard)
    app.before_request(request_bodies.raise_if_refused)
    csrf.init_app(app)
    app.after_request(_finish_response)
    app.extensions["headers"] = HEADERS | ({"Strict-Transport-Security": HSTS} if settings.is_secure else {})
    app.register_error_handler(errors.MusterError, handle_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Exception, _unexpected)
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(asset=asset)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def skip_authentication(view: View) -> View:
    """Mark a view as public and the same for everyone, so that the user is not looked up."""
    view.is_public = view.skips_authentication = True  # type: ignore[attr-defined]
    return view


def unless_unchanged(is_known: Callable[..., bool]) -> Callable[[View], View]:
    """Mark a polled view. If `is_known(**view_args)` is True, the response is 204: nothing has changed.

    The user is then not looked up and the view does not run, so `is_known` must verify, without the database,
    that this session was given the page that polls.
    """

    def mark(view: View) -> View:
        view.is_known = is_known  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(check: Callable[[], object]) -> Callable[[View], View]:
    """Mark a view that accepts uploads. `check` raises a MusterError if the user may not upload.

    It runs before the body is received; the view must call it, too.
    """

    def mark(view: View) -> View:
        view.takes_files = check  # type: ignore[attr-defined]
        return view

    return mark


def body_allowance(app: Flask, environ: dict[str, Any]) -> request_bodies.BodyAllowance:
    """Return how much body the web server may accept, given a request's headers."""
    return request_bodies.body_allowance(app, environ, _start_request, app.extensions["guard"])


def actor() -> Any:
    """Return the actor of this request (`accounts.domain.Actor`), which the request guard has set."""
    return g.actor


def is_forwarded() -> bool:
    """Return True if the request came through a proxy, trusted or not."""
    names = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
    return any(name in request.headers for name in names) or any(
        name.lower().startswith(("x-forwarded", "x-original")) for name, _ in request.headers
    )


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def is_api() -> bool:
    return request.path.startswith("/api/")


def htmx_page() -> tuple[str, str]:
    """Return (path, query) of the page that sent an htmx request; empty strings if it is unknown."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "", ""
    return page.path, page.query


def asset(name: str) -> str:
    """Return the URL of a static file with a hash of its content, so that browsers can cache it forever."""
    return url_for("static", filename=name, v=_content_hash(name))


def send_to(address: str) -> AnyResponse:
    """Redirect with 303; for an htmx request, make htmx load the URL as a whole page."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def status_of(error: errors.MusterError) -> int:
    """Return the HTTP status of an expected error."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def handle_error(error: errors.MusterError) -> tuple[AnyResponse, int]:
    """Convert an expected error to problem+json, an htmx fragment, or a page."""
    status = status_of(error)
    answer = _error_response(status, error.code, error.message, error.facts)
    retry_after = error.facts.get("retry_after") or (RETRY_AFTER_SECONDS if status == 503 else None)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer, status


def _http_error(error: HTTPException) -> tuple[AnyResponse, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if status == 405 and not is_htmx() and not is_api() and (page := post_only_urls.page_above()):
        return redirect(page, 303), 303
    message = (error_texts.IN_API if is_api() else error_texts.ON_PAGES).get(status, error.description or "")
    answer = _error_response(status, error_texts.CODES.get(status, "BAD_REQUEST"), message, {})
    for header in ("Allow", "Retry-After"):
        if value := dict(error.get_headers()).get(header):
            answer.headers[header] = value
    return answer, status


def _csrf_error(_error: CSRFError) -> tuple[AnyResponse, int]:
    message = "This page has expired. Go back, reload it, and try again."
    return _error_response(400, "BAD_REQUEST", message, {}), 400


def _unexpected(error: Exception) -> tuple[AnyResponse, int]:
    if (expected := outages.expected_error(error)) is not None:
        log.warning("dependency_failed", extra={"failure": type(error).__name__, "path": request.path})
        _roll_back()
        return handle_error(expected)
    incident = uuid4().hex[:12]
    log.error("request_failed", exc_info=error, extra={"incident": incident, "path": request.path})
    _roll_back()
    message = "The error was logged. Try again. If it keeps happening, contact your administrator."
    return _error_response(500, "INTERNAL", message, {"incident": incident}), 500


def _roll_back() -> None:
    """Roll back before an error is rendered; ignore failures, since the database may be unavailable."""
    with suppress(SQLAlchemyError):
        db.session.rollback()


def _error_response(status: int, code: str, message: str, facts: dict[str, Any]) -> AnyResponse:
    if is_api():
        return problem(status, code, message, facts)
    if "_login_user" not in g:  # keep error pages from looking up the user
        g._login_user = AnonymousUserMixin()
    page = "errors/_error.html" if is_htmx() else "errors/error.html"
    title = error_texts.TITLES.get(status, error_texts.TITLES[500])
    return Response(
        render_template(page, status=status, title=title, message=message, code=code, facts=facts)
    )


def _start_request() -> None:
    g.began = time.perf_counter()
    g.request_id = uuid4().hex[:16]
    g.origin_token = origin.set({"request": g.request_id})
    if is_api() and isinstance(request.routing_exception, RequestRedirect):
        request.routing_exception = NotFound()  # instead of a redirect to the path without //, as HTML
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", None) is None:
        is_public = view is None or getattr(view, "is_public", False)
        request.max_content_length = MAX_PUBLIC_FORM_BYTES if is_public else MAX_FORM_BYTES


def _answer_poll() -> AnyResponse | None:
    is_known = getattr(current_app.view_functions.get(request.endpoint or ""), "is_known", None)
    return Response(status=204) if is_known and is_known(**(request.view_args or {})) else None


def _finish_response(answer: AnyResponse) -> AnyResponse:
    for name, value in current_app.extensions["headers"].items():
        answer.headers.setdefault(name, value)
    if request.endpoint == "static" and answer.status_code < 400:
        return answer
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("HX-Request")
    answer.headers["X-Request-Id"] = g.request_id
    milliseconds = round((time.perf_counter() - g.began) * 1000, 1)
    answer.headers["Server-Timing"] = f"app;dur={milliseconds}"
    log.info(
        "request_answered",
        extra={
            "method": request.method,
            "route": str(request.url_rule),
            "status": answer.status_code,
            "ms": milliseconds,
        },
    )
    return answer


@lru_cache(maxsize=256)
def _content_hash(name: str) -> str:
    path = Path(__file__).resolve().parents[1] / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

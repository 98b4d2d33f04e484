"""Web setup shared by all rooms: security headers, CSRF, error responses, template filters, asset URLs."""

import hashlib
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
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from app.platform import error_texts, errors, every_request, formats, outages, post_only_urls, request_bodies
from app.platform.database import db
from app.platform.logs import log
from app.platform.problems import problem
from app.platform.settings import Settings
from app.platform.url_ids import IdConverter

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()

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
    app.session_interface = every_request.Sessions()
    app.extensions["guard"] = guard
    app.before_request(every_request.begin)
    app.before_request(_answer_poll)
    app.before_request(guard)
    app.before_request(request_bodies.raise_if_refused)
    csrf.init_app(app)
    app.after_request(every_request.finish)
    app.extensions["headers"] = every_request.headers_of(settings.is_secure)
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
    return request_bodies.body_allowance(app, environ, every_request.begin, app.extensions["guard"])


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
    return request.path.startswith(every_request.API)


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


def _answer_poll() -> AnyResponse | None:
    is_known = getattr(current_app.view_functions.get(request.endpoint or ""), "is_known", None)
    return Response(status=204) if is_known and is_known(**(request.view_args or {})) else None


@lru_cache(maxsize=256)
def _content_hash(name: str) -> str:
    path = Path(__file__).resolve().parents[1] / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

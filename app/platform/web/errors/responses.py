"""Error responses: problem+json for the API, a fragment for htmx, otherwise a page."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, redirect, render_template, request
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.platform import errors
from app.platform.database import db
from app.platform.logs import log
from app.platform.web import post_only_urls
from app.platform.web.errors import outages, texts
from app.platform.web.errors.problems import problem
from app.platform.web.requests import is_api, is_htmx

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


def init(app: Flask) -> None:
    app.register_error_handler(errors.MusterError, handle_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: errors.MusterError) -> int:
    """Return the HTTP status of an expected error."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def handle_error(error: errors.MusterError) -> tuple[AnyResponse, int]:
    """Convert an expected error to problem+json, an htmx fragment, or a page."""
    status = status_of(error)
    if status == 403:
        log.warning("permission_refused", extra={"code": error.code, "route": str(request.url_rule)})
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
    message = (texts.IN_API if is_api() else texts.ON_PAGES).get(status, error.description or "")
    answer = _error_response(status, texts.CODES.get(status, "BAD_REQUEST"), message, {})
    for header in ("Allow", "Retry-After"):
        if value := dict(error.get_headers()).get(header):
            answer.headers[header] = value
    return answer, status


def _csrf_error(_error: CSRFError) -> tuple[AnyResponse, int]:
    log.warning("form_token_refused", extra={"route": str(request.url_rule)})
    message = "This page has expired. Go back, reload it, and try again."
    return _error_response(400, "BAD_REQUEST", message, {}), 400


def _unexpected(error: Exception) -> tuple[AnyResponse, int]:
    if (expected := outages.expected_error(error)) is not None:
        log.warning(
            "dependency_failed", extra={"failure": type(error).__name__, "route": str(request.url_rule)}
        )
        _roll_back()
        return handle_error(expected)
    incident = uuid4().hex[:12]
    log.error("request_failed", exc_info=error, extra={"incident": incident, "route": str(request.url_rule)})
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
    title = texts.TITLES.get(status, texts.TITLES[500])
    return Response(
        render_template(page, status=status, title=title, message=message, code=code, facts=facts)
    )

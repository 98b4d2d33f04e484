"""Web setup shared by all rooms: cookies, limits, CSRF, headers, and what happens around every request."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFProtect
from itsdangerous import Signer
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from app.platform.database.page_reads import end_page
from app.platform.settings import Settings
from app.platform.text import formats
from app.platform.web import every_request, request_bodies
from app.platform.web.compiled_templates import CompiledTemplates, PageTemplate
from app.platform.web.errors import responses
from app.platform.web.icons import icon
from app.platform.web.requests import asset
from app.platform.web.url_ids import IdConverter

csrf = CSRFProtect()

# Of everything that is signed here and by libraries, instead of SHA-1.
Signer.default_digest_method = staticmethod(hashlib.sha256)


def init(app: Flask, settings: Settings, guard: Callable[[], AnyResponse | None]) -> None:
    """Set up the app. `guard` runs before the body of a request is read and may return a response."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=cookie_name("muster", settings),
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
    app.teardown_request(lambda _failure: end_page())
    app.extensions["headers"] = every_request.headers_of(settings.is_secure)
    responses.init(app)
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(asset=asset, icon_of_page=icon)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = CompiledTemplates()
    app.jinja_env.template_class = PageTemplate


def cookie_name(name: str, settings: Settings) -> str:
    """Return the name of a cookie. With https, browsers then take it from this host only, over https only."""
    return f"__Host-{name}" if settings.is_secure else name


def body_allowance(app: Flask, environ: dict[str, Any]) -> request_bodies.BodyAllowance:
    """Return how much body the web server may accept, given a request's headers."""
    return request_bodies.body_allowance(app, environ, every_request.begin, app.extensions["guard"])


def _answer_poll() -> AnyResponse | None:
    is_known = getattr(current_app.view_functions.get(request.endpoint or ""), "is_known", None)
    return Response(status=204) if is_known and is_known(**(request.view_args or {})) else None

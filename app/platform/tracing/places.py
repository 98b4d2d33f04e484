"""Where spans begin and end: around requests, and around statements of a request or a task."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, g, request
from opentelemetry.trace import SpanKind

from app.platform.database import db
from app.platform.tracing import spans
from app.platform.tracing.spans import Fact

MOST_STATEMENTS: Final = 100
"""Spans of statements in one request or task; a job has thousands, which are counted."""

UNTRACED: Final = ("/static/", "/healthz", "/readyz", "/metrics")

_OPERATION: Final = re.compile(r"\s*(\w+)")
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_]+)", re.IGNORECASE)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def trace_requests(app: Flask, takes_parents: bool) -> None:
    """Trace each request until its response begins. `takes_parents`: a proxy may have begun the trace."""
    inner: WsgiApp = app.wsgi_app
    tracer = app.extensions["traces"].tracer

    def traced(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(UNTRACED):
            return inner(environ, start)
        parent = _context_of(environ) if takes_parents else {}
        with spans.span(tracer, "request", SpanKind.SERVER, parent, {}):
            return inner(environ, start)

    app.wsgi_app = traced  # type: ignore[method-assign, assignment]
    app.after_request(_describe)


def trace_statements(app: Flask) -> None:
    """Trace statements inside of a request or a task, without their text and parameters."""
    tracer = app.extensions["traces"].tracer

    def before(_c: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.muster_began = time.time_ns()

    def after(connection: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: bool) -> None:
        if not 0 < spans.count("muster.statements") <= MOST_STATEMENTS:
            return
        facts = _about(connection.dialect.name, statement)
        name, began = str(facts["db.query.summary"]), context.muster_began
        tracer().start_span(name, kind=SpanKind.CLIENT, attributes=facts, start_time=began).end()

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", before)
        sa.event.listen(db.engine, "after_cursor_execute", after)


def _context_of(environ: dict[str, Any]) -> dict[str, str]:
    names = {"traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
    return {name: environ[key] for name, key in names.items() if key in environ}


def _describe(answer: Response) -> Response:
    if (span := spans.current()) is not None:
        route = str(request.url_rule or "")
        span.update_name(f"{request.method} {route}".strip())
        if answer.status_code >= 500:
            spans.note_failure()
        span.set_attributes(dict(_facts_of(answer, route)))
    return answer


def _facts_of(answer: Response, route: str) -> Iterator[tuple[str, Fact]]:
    yield "http.request.method", request.method
    yield "http.response.status_code", answer.status_code
    yield "muster.request_id", g.get("request_id", "")
    if route:
        yield "http.route", route
    if (actor := g.get("actor")) is not None:
        yield "muster.account_id", actor.account_id
    for name, value in _ids(request.view_args or {}):
        yield f"muster.{name}", value


def _ids(arguments: dict[str, Any]) -> Iterable[tuple[str, Fact]]:
    """Return the ids in an address; other parts of it may be secret."""
    for name, value in arguments.items():
        if isinstance(value, int):
            yield name, value
        elif name == "public_id" and _is_uuid(value):
            yield name, str(value)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _about(dialect: str, statement: str) -> dict[str, Fact]:
    found, table = _OPERATION.match(statement), _TABLE.search(statement)
    operation = found[1].upper() if found else "OTHER"
    summary = f"{operation} {table[1]}" if table else operation
    return {"db.system.name": dialect, "db.operation.name": operation, "db.query.summary": summary}

"""Where spans begin and end: around requests, and around statements of a request or a task."""

import os
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, g, request

from app.platform import tracing
from app.platform.database import db
from app.platform.schema_version import newest_migration
from app.platform.tracing import spans
from app.platform.tracing.spans import Fact, Kind

MOST_STATEMENTS: Final = 100
"""Spans of statements in one request or task; a job has thousands, which are counted."""

UNTRACED: Final = ("/static/", "/healthz", "/readyz", "/metrics")

_OPERATION: Final = re.compile(r"\s*(\w+)")
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_]+)", re.IGNORECASE)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def resource(process: str) -> dict[str, Fact]:
    """Return what is the same for all spans of this process."""
    return {
        "service.version": newest_migration(),
        "service.instance.id": f"{os.uname().nodename}:{process}",
        "host.name": os.uname().nodename,
    }


def trace_requests(app: Flask, takes_parents: bool) -> None:
    """Trace each request until its response begins. `takes_parents`: a proxy may have begun the trace."""
    inner: WsgiApp = app.wsgi_app
    sender = app.extensions["traces"]

    def traced(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(UNTRACED):
            return inner(environ, start)
        parent = environ.get("HTTP_TRACEPARENT") if takes_parents else None
        with tracing.span(sender, "request", Kind.SERVER, parent, {}):
            return inner(environ, start)

    app.wsgi_app = traced  # type: ignore[method-assign, assignment]
    app.after_request(_describe)


def trace_statements(app: Flask) -> None:
    """Trace statements inside of a request or a task, without their text and parameters."""
    sender = app.extensions["traces"]

    def before(_c: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.muster_began = time.time_ns()

    def after(connection: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: bool) -> None:
        above = tracing.current()
        if above is None:
            return
        above.statements += 1
        if above.statements > MOST_STATEMENTS:
            return
        made = spans.new("", Kind.CLIENT, above.traceparent, _about(connection.dialect.name, statement))
        made.began, made.ended = context.muster_began, time.time_ns()
        made.name = str(made.facts["db.query.summary"])
        sender.add(made)

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", before)
        sa.event.listen(db.engine, "after_cursor_execute", after)


def _describe(answer: Response) -> Response:
    span = tracing.current()
    if span is not None:
        route = str(request.url_rule or "")
        span.name = f"{request.method} {route}".strip()
        span.has_failed = answer.status_code >= 500
        span.facts |= {
            "http.request.method": request.method,
            "http.response.status_code": answer.status_code,
            "muster.request_id": g.get("request_id", ""),
        }
        if route:
            span.facts["http.route"] = route
        if (actor := g.get("actor")) is not None:
            span.facts["muster.account_id"] = actor.account_id
        span.facts |= {f"muster.{name}": value for name, value in _ids(request.view_args or {})}
    return answer


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

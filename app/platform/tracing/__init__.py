"""Traces of requests, tasks, and statements for OpenTelemetry, if OTEL_EXPORTER_OTLP_ENDPOINT is set.

Otherwise nothing is registered or loaded. See docs/decisions/0065-traces.md.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

from app.platform.settings import Settings

if TYPE_CHECKING:
    from app.platform.tracing.export import Exporter
    from app.platform.tracing.spans import Fact, Kind, Span

_current: "ContextVar[Span | None]" = ContextVar("span", default=None)


def init(app: Flask, settings: Settings, process: str) -> None:
    """Trace what the app does, if there is a collector. The database must be set up."""
    if not settings.otel_exporter_otlp_endpoint:
        return
    from app.platform.tracing import places
    from app.platform.tracing.export import Exporter

    app.extensions["traces"] = Exporter(
        settings.otel_exporter_otlp_endpoint,
        dict(settings.otel_exporter_otlp_headers),
        {"service.name": settings.otel_service_name, **places.resource(process)},
    )
    places.trace_requests(app, takes_parents=settings.trusted_proxies > 0)
    places.trace_statements(app)


def exporter() -> "Exporter | None":
    """Return what sends the spans of the current app; None if nothing is traced."""
    return current_app.extensions.get("traces")


def current() -> "Span | None":
    return _current.get()


def traceparent() -> str | None:
    """Return what a task needs to belong to the present trace; None without one."""
    span = _current.get()
    return None if span is None else span.traceparent


@contextmanager
def span(
    sender: "Exporter", name: str, kind: "Kind", parent: str | None, facts: "Mapping[str, Fact]"
) -> "Iterator[Span]":
    """Trace what is done inside. An exception marks the span as failed."""
    from app.platform.tracing import spans

    made = spans.new(name, kind, parent, dict(facts))
    token = _current.set(made)
    try:
        yield made
    except BaseException:
        made.has_failed = True
        raise
    finally:
        _current.reset(token)
        made.ended = time.time_ns()
        sender.add(made)


@contextmanager
def task(name: str, queue: str, meta: Mapping[str, Any], facts: "Mapping[str, Fact]") -> "Iterator[Span]":
    """Trace a task, in the trace of what has sent it. There must be an exporter."""
    from app.platform.tracing.spans import Kind

    about = {"messaging.system": "rq", "messaging.destination.name": queue, **facts}
    with span(current_app.extensions["traces"], name, Kind.CONSUMER, meta.get("traceparent"), about) as made:
        yield made

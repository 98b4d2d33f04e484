"""Traces of requests, tasks, and statements for OpenTelemetry, if OTEL_EXPORTER_OTLP_ENDPOINT is set.

Otherwise nothing is registered, and OpenTelemetry is not loaded. See docs/decisions/0065-traces.md.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from flask import Flask, current_app

from app.platform.settings import Settings


def init(app: Flask, settings: Settings, process: str) -> None:
    """Trace what the app does, if there is a collector. The database must be set up."""
    if not settings.otel_exporter_otlp_endpoint:
        return
    from app.platform.tracing import places
    from app.platform.tracing.sending import Sender

    app.extensions["traces"] = Sender(settings, process)
    places.trace_requests(app, takes_parents=settings.trusted_proxies > 0)
    places.trace_statements(app)


def context() -> dict[str, str] | None:
    """Return what a task needs to belong to the present trace; None without one."""
    if "traces" not in current_app.extensions:
        return None
    from app.platform.tracing import spans

    return spans.carried() or None


def task(
    name: str, queue: str, meta: Mapping[str, str], facts: Mapping[str, str | int]
) -> AbstractContextManager[object]:
    """Trace a task, in the trace of what has sent it, if anything is traced."""
    if (sender := current_app.extensions.get("traces")) is None:
        return nullcontext()
    from opentelemetry.trace import SpanKind

    from app.platform.tracing import spans

    about = {"messaging.system": "rq", "messaging.destination.name": queue, **facts}
    return spans.span(sender.tracer, name, SpanKind.CONSUMER, meta, about)


def note_failure() -> None:
    """Mark the present request or task as failed, if it is traced."""
    if "traces" in current_app.extensions:
        from app.platform.tracing import spans

        spans.note_failure()

"""Spans of a trace: what was done, from when to when, and on whose behalf.

A span never has values of a row, statement, or form: names, codes, ids, and counts only. So it has no text of
an exception either, which OpenTelemetry would add.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Fact = str | int

_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def span(
    tracer: Callable[[], Tracer],
    name: str,
    kind: SpanKind,
    parent: Mapping[str, str],
    facts: Mapping[str, Fact],
) -> Iterator[None]:
    """Trace what is done inside, in the trace of the W3C Trace Context `parent` if that is valid, or in a new
    one. An exception marks the span as failed."""
    above = _PROPAGATOR.extract(parent, Context())
    with tracer().start_as_current_span(
        name, above, kind, facts, record_exception=False, set_status_on_exception=False
    ):
        try:
            yield
        except BaseException:
            note_failure()
            raise


def current() -> Span | None:
    """Return the span of the present request or task; None without one, or if it is not sampled."""
    found = trace.get_current_span()
    return found if isinstance(found, Span) else None


def count(name: str) -> int:
    """Count one more `name` in the present span. Return the number; 0 without a span."""
    if (span := current()) is None:
        return 0
    number = cast(int, (span.attributes or {}).get(name, 0)) + 1
    span.set_attribute(name, number)
    return number


def carried() -> dict[str, str]:
    """Return the W3C Trace Context of the present span; nothing without one."""
    found: dict[str, str] = {}
    _PROPAGATOR.inject(found)
    return found


def note_failure() -> None:
    trace.get_current_span().set_status(StatusCode.ERROR)

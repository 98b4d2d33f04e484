"""Sends spans to a collector with OpenTelemetry's SDK: OTLP over HTTP, as protobuf, from a thread of its own.

Nobody waits for it. Spans that can't be sent, or are too many, are dropped. Whatever the settings do not say
is up to the variables of the SDK: sampler, limits, how often it sends.
"""

import logging
import os
import threading
import time
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

from app.platform.schema_version import newest_migration
from app.platform.settings import Settings

COMPLAIN_SECONDS: Final = 60.0
NOISY: Final = ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk._shared_internal")
"""What logs that spans can't be sent, or are too many: each attempt, that is."""


class Sender:
    """What sends the spans of this process. Its thread begins with the first span, so that there is none in a
    process from which others are forked."""

    def __init__(self, settings: Settings, process: str) -> None:
        self._settings, self._process = settings, process
        self._lock = threading.Lock()
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    def tracer(self) -> Tracer:
        with self._lock:
            if self._tracer is None:
                self._provider = self._make_provider()
                self._tracer = self._provider.get_tracer("muster")
            return self._tracer

    def flush(self, within: float) -> None:
        """Send the spans that wait; leave those that the collector does not take within so many seconds."""
        if self._provider is not None:
            thread = threading.Thread(target=self._provider.force_flush, daemon=True)
            thread.start()
            thread.join(within)

    def _make_provider(self) -> TracerProvider:
        about = {
            "service.name": self._settings.otel_service_name,
            "service.version": newest_migration(),
            "host.name": os.uname().nodename,
            "muster.process": self._process,
        }
        made = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(
            endpoint=f"{self._settings.otel_exporter_otlp_endpoint}/v1/traces",
            headers=dict(self._settings.otel_exporter_otlp_headers),
        )
        made.add_span_processor(BatchSpanProcessor(exporter))
        for name in NOISY:
            logging.getLogger(name).addFilter(_complaints)
        return made


class Complaints(logging.Filter):
    """Lets one line pass in COMPLAIN_SECONDS, under the name of an event."""

    def __init__(self) -> None:
        super().__init__()
        self._complained_at = -COMPLAIN_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._complained_at < COMPLAIN_SECONDS:
            return False
        self._complained_at = now
        record.failure, record.msg, record.args = record.getMessage(), "traces_not_sent", ()
        return True


_complaints = Complaints()

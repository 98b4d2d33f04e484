"""Sends spans to a collector: OTLP over HTTP, as JSON, from a thread of its own.

Nobody waits for it. Spans that can't be sent, or are too many, are dropped.
"""

import http.client
import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from app.platform.logs import log
from app.platform.tracing.spans import Fact, Span

SEND_SECONDS: Final = 2.0
TIMEOUT_SECONDS: Final = 5.0
MOST_WAITING: Final = 5_000
AT_ONCE: Final = 500
COMPLAIN_SECONDS: Final = 60.0
FAILED: Final = 2
"""OpenTelemetry's status of a span that failed."""


class Exporter:
    """The spans of this process that are not sent yet, and the thread that sends them."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], resource: Mapping[str, Fact]) -> None:
        self._address = urlsplit(endpoint)
        self._headers = {"Content-Type": "application/json", **headers}
        self._resource = {"attributes": _attributes(resource)}
        self._waiting: deque[Span] = deque(maxlen=MOST_WAITING)
        self._lock = threading.Lock()
        self._sender_of = 0  # id of the process in which the thread runs; a fork does not inherit it
        self._complained_at = -COMPLAIN_SECONDS

    def add(self, span: Span) -> None:
        self._waiting.append(span)
        if self._sender_of != os.getpid():
            with self._lock:
                if self._sender_of != os.getpid():
                    self._sender_of = os.getpid()
                    threading.Thread(target=self._send_forever, name="traces", daemon=True).start()

    def flush(self, within: float = TIMEOUT_SECONDS) -> None:
        """Send all spans that wait; drop those that the collector does not take within so many seconds."""
        give_up = time.monotonic() + within
        while (taken := self._take()) and time.monotonic() < give_up:
            try:
                self._post(taken, within)
            except Exception as failure:  # whatever it is: the thread that sends does not start again
                self._complain(len(taken), type(failure).__name__)
                return

    def _take(self) -> list[Span]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]

    def _post(self, spans: Iterable[Span], timeout: float) -> None:
        scope = {"scope": {"name": "muster"}, "spans": [_as_json(span) for span in spans]}
        body = json.dumps({"resourceSpans": [{"resource": self._resource, "scopeSpans": [scope]}]})
        is_secure = self._address.scheme == "https"
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        connection = kind(self._address.hostname or "", self._address.port, timeout=timeout)
        try:
            connection.request("POST", f"{self._address.path}/v1/traces", body, self._headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise http.client.HTTPException(answer.status)

    def _complain(self, number: int, failure: str) -> None:
        now = time.monotonic()
        if now - self._complained_at >= COMPLAIN_SECONDS:
            self._complained_at = now
            log.warning("traces_not_sent", extra={"spans": number, "failure": failure})

    def _send_forever(self) -> None:
        while True:
            time.sleep(SEND_SECONDS)
            self.flush()


def _as_json(span: Span) -> dict[str, Any]:
    facts = span.facts | ({"muster.statements": span.statements} if span.statements else {})
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "name": span.name,
        "kind": int(span.kind),
        "startTimeUnixNano": str(span.began),
        "endTimeUnixNano": str(span.ended),
        "attributes": _attributes(facts),
        "status": {"code": FAILED} if span.has_failed else {},
    }


def _attributes(facts: Mapping[str, Fact]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(fact)} for name, fact in facts.items()]


def _value(fact: Fact) -> dict[str, Any]:
    match fact:
        case bool():
            return {"boolValue": fact}
        case int():
            return {"intValue": str(fact)}
        case float():
            return {"doubleValue": fact}
    return {"stringValue": fact}

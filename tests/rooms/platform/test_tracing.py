"""Traces go to an OpenTelemetry collector if there is one, without personal data; nobody waits for it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from app.platform import queue
from app.platform.settings import SettingError, Settings
from app.platform.tracing import places, sending
from tests.guards.sources import ROOT
from tests.people import program_of, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.receiver import Receiver, receiver

SERVER, CLIENT, CONSUMER = Sent.SPAN_KIND_SERVER, Sent.SPAN_KIND_CLIENT, Sent.SPAN_KIND_CONSUMER
FORKED = """
import os, sys, threading
from app.platform.settings import Settings
from app.platform.tracing.sending import Sender

sender = Sender(Settings(otel_exporter_otlp_endpoint=sys.argv[1]), "worker")
assert threading.active_count() == 1, "others are forked from a process that has not begun"
sender.tracer().start_span("before the fork").end()
if child := os.fork():
    _, status = os.waitpid(child, 0)
    os._exit(status)
sender.tracer().start_span("after it").end()
assert threading.active_count() == 2, "its own thread sends"
sender.flush(5.0)
os._exit(0)
"""
UNTRACED = """
import sys
from flask import Flask
import worker
from app.platform import tracing
from app.platform.settings import Settings

tracing.init(Flask("untraced"), Settings(), "worker")
traces = "opentelemetry.sdk.trace", "opentelemetry.exporter", "opentelemetry.proto", "google", "requests"
assert not [name for name in sys.modules if name.startswith(traces)]
"""


class Span(NamedTuple):
    """A span as the collector got it, with its attributes, and those of what has sent it."""

    sent: Sent
    facts: dict[str, Any]
    sender: dict[str, Any]


class Collector:
    """Reads what it was sent as OTLP defines it."""

    def __init__(self, received: Receiver, app: Flask | None = None) -> None:
        self._received, self._app = received, app

    def spans(self) -> list[Span]:
        """Return all spans so far."""
        if self._app is not None:
            self._app.extensions["traces"].flush(5.0)
        found = []
        for request in self._received.received:
            assert request.path.endswith("/v1/traces")
            assert request.headers["content-type"] == "application/x-protobuf"
            for group in ExportTraceServiceRequest.FromString(request.body).resource_spans:
                sender = facts_of(group.resource.attributes)
                found += [
                    Span(span, facts_of(span.attributes), sender)
                    for scope in group.scope_spans
                    for span in scope.spans
                ]
        return found


def facts_of(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in attributes}


@pytest.fixture
def received() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


@pytest.fixture
def traced(database: Database, received: Receiver, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app with a collector; workers run tasks with it, too."""
    database.restore("people")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=trial")
    app = database.make_app(
        OTEL_EXPORTER_OTLP_ENDPOINT=f"{received.url}/otlp/",
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20secret,tenant=1",
        OTEL_SERVICE_NAME="muster of a test",
        TRUSTED_PROXIES=1,
    )
    monkeypatch.setattr(database, "app", app)
    return app


def test_a_request_and_the_tasks_that_it_causes_are_one_trace(
    traced: Flask, received: Receiver, run_tasks: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_STATEMENTS", 5)
    alice = sign_in(traced, "alice")
    trial = Trial(traced, alice.actor, run_tasks)
    program = program_of(traced, alice)
    people = addresses(20)
    draft = trial.draft(lines(*people), active(traced, alice.actor), missing="create")
    run_tasks()
    answer = program.post(f"/bulk-enrollment/dry-runs/{draft}/start")
    assert answer.status_code < 300, answer.text
    run_tasks()
    assert trial.job(draft).finished_at

    spans = Collector(received, traced).spans()
    [request] = [span for span in spans if span.sent.kind == SERVER]
    route = "/api/v1/bulk-enrollment/dry-runs/<public_id>/start"
    assert request.sent.name == f"POST {route}"
    assert request.sent.parent_span_id == b"" and request.sent.status.code == Status.STATUS_CODE_UNSET
    expected = {
        "http.request.method": "POST",
        "http.route": route,
        "http.response.status_code": answer.status_code,
        "muster.request_id": answer.headers["X-Request-Id"],
        "muster.account_id": alice.actor.account_id,
        "muster.public_id": draft,
    }
    assert expected.items() <= request.facts.items()
    below = [span for span in spans if span.sent.trace_id == request.sent.trace_id and span is not request]
    tasks = {span.sent.name: span for span in below if span.sent.kind == CONSUMER}
    planning = tasks["bulk_enrollment.plan_job"]
    assert planning.sent.parent_span_id == request.sent.span_id, "it was sent by it"
    assert all(span.facts["muster.account_id"] == alice.actor.account_id for span in tasks.values())
    for above in (request, *tasks.values()):
        statements = [
            span
            for span in below
            if span.sent.kind == CLIENT and span.sent.parent_span_id == above.sent.span_id
        ]
        assert 0 < len(statements) <= 5 <= above.facts["muster.statements"]
        for span in statements:
            assert span.sent.name == span.facts["db.query.summary"]
            began, ended = span.sent.start_time_unix_nano, span.sent.end_time_unix_nano
            assert above.sent.start_time_unix_nano <= began <= ended <= above.sent.end_time_unix_nano
    assert {(span.sender["service.name"], span.sender["deployment.environment"]) for span in spans} == {
        ("muster of a test", "trial")
    }
    sent = b"".join(one.body for one in received.received)
    assert not [address for address in people if address.encode() in sent]
    assert program.token.encode() not in sent
    assert {one.headers["authorization"] for one in received.received} == {"Bearer secret"}
    assert {one.path for one in received.received} == {"/otlp/v1/traces"}


@pytest.mark.one_database
def test_parents_paths_and_failures(traced: Flask, received: Receiver) -> None:
    @traced.get("/broken")
    def broken() -> str:
        raise ValueError("nobody@example.com")

    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    client = traced.test_client()
    client.get("/u/a-secret-of-somebody", headers={"traceparent": parent})
    client.get("/", headers={"traceparent": f"00-{'0' * 32}-{'b' * 16}-01"})
    client.get("/healthz")
    client.get(
        "/", headers={"traceparent": f"00-{'c' * 32}-{'b' * 16}-00"}
    )  # which the proxy does not sample
    assert sign_in(traced, "alice").get("/broken").status_code == 500
    first, second, failed = (
        span.sent for span in Collector(received, traced).spans() if span.sent.kind == SERVER
    )
    assert (first.trace_id, first.parent_span_id) == (b"\xaa" * 16, b"\xbb" * 8)
    assert second.trace_id != b"\0" * 16 and second.parent_span_id == b""
    assert failed.name == "GET /broken" and failed.status.code == Status.STATUS_CODE_ERROR
    sent = b"".join(one.body for one in received.received)
    assert b"a-secret-of-somebody" not in sent and b"nobody@example.com" not in sent


@pytest.mark.one_database
def test_strangers_and_samplers(
    database: Database, received: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.restore("people")
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    for sampler in ("always_on", "always_off"):
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
        app = database.make_app(OTEL_EXPORTER_OTLP_ENDPOINT=received.url)
        app.test_client().get("/", headers={"traceparent": parent})
        [span] = [one.sent for one in Collector(received, app).spans() if one.sent.kind == SERVER]
        assert span.trace_id != b"\xaa" * 16 and span.parent_span_id == b""


@pytest.mark.one_database
def test_nobody_waits_for_a_collector_that_is_down(
    database: Database, received: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_complaints", sending.Complaints())
    database.restore("people")
    received.statuses[:] = [500, 500]
    app = database.make_app(OTEL_EXPORTER_OTLP_ENDPOINT=received.url)
    for _ in range(3):
        assert app.test_client().get("/").status_code < 400
        app.extensions["traces"].flush(5.0)
    assert [one.sent.kind for one in Collector(received).spans()].count(SERVER) == 3, "it is tried again"
    assert caplog.text.count("traces_not_sent") == 1

    received.released.clear()
    assert app.test_client().get("/").status_code < 400
    began = time.monotonic()
    app.extensions["traces"].flush(0.1)
    assert time.monotonic() - began < 2.0, "a process ends without the collector"
    received.released.set()


@pytest.mark.one_database
def test_processes_that_are_forked_send(received: Receiver) -> None:
    subprocess.run([sys.executable, "-c", FORKED, received.url], cwd=ROOT, check=True, timeout=60)
    assert "after it" in [span.sent.name for span in Collector(received).spans()]


@pytest.mark.one_database
def test_without_a_collector_nothing_is_traced(app: Flask) -> None:
    with app.app_context():
        assert "traces" not in app.extensions
        name, task = next(iter(queue.TASKS.items()))
        assert queue.send(name, 1)
        assert [job.meta for job in queue.queue_named(task.queue).jobs] == [{}]


@pytest.mark.one_database
def test_without_a_collector_nothing_is_loaded() -> None:
    subprocess.run([sys.executable, "-c", UNTRACED], cwd=ROOT, check=True, timeout=60)


def test_headers_that_are_none() -> None:
    with pytest.raises(SettingError, match="OTEL_EXPORTER_OTLP_HEADERS must look like") as refused:
        Settings.from_environment({"DATA_DIR": "/nowhere", "OTEL_EXPORTER_OTLP_HEADERS": "a b=hunter2"})
    assert "hunter2" not in str(refused.value)

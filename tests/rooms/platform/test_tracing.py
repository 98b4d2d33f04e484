"""Traces go to an OpenTelemetry collector if there is one, without personal data; nobody waits for it."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.platform import queue
from app.platform.settings import SettingError, Settings
from app.platform.tracing import export, places
from app.platform.tracing.spans import Kind, Span
from tests.people import program_of, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.receiver import Receiver, receiver

SERVER, CLIENT, CONSUMER = 2, 3, 5


class Collector:
    """Reads what it was sent as OTLP defines it."""

    def __init__(self, received: Receiver, app: Flask) -> None:
        self._received, self._app = received, app

    def spans(self) -> list[dict[str, Any]]:
        """Return all spans so far, with their attributes as `facts`."""
        self._app.extensions["traces"].flush()
        found = []
        for request in self._received.received:
            assert request.path == "/otlp/v1/traces"
            assert request.headers["Content-Type"] == "application/json"
            for group in json.loads(request.body)["resourceSpans"]:
                assert facts_of(group["resource"])["service.name"] == "muster of a test"
                found += [span for scope in group["scopeSpans"] for span in scope["spans"]]
        return [span | {"facts": facts_of(span)} for span in found]


def facts_of(item: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in item["attributes"]}


@pytest.fixture
def received() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


@pytest.fixture
def traced(database: Database, received: Receiver, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app with a collector; workers run tasks with it, too."""
    database.restore("people")
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
    [request] = [span for span in spans if span["kind"] == SERVER]
    route = "/api/v1/bulk-enrollment/dry-runs/<public_id>/start"
    assert request["name"] == f"POST {route}"
    assert request["parentSpanId"] == "" and request["status"] == {}
    expected = {
        "http.request.method": "POST",
        "http.route": route,
        "http.response.status_code": str(answer.status_code),
        "muster.request_id": answer.headers["X-Request-Id"],
        "muster.account_id": str(alice.actor.account_id),
        "muster.public_id": draft,
    }
    assert expected.items() <= request["facts"].items()
    below = [span for span in spans if span["traceId"] == request["traceId"] and span is not request]
    tasks = {span["name"]: span for span in below if span["kind"] == CONSUMER}
    assert tasks["bulk_enrollment.plan_job"]["parentSpanId"] == request["spanId"], "it was sent by it"
    assert all(span["facts"]["muster.account_id"] == str(alice.actor.account_id) for span in tasks.values())
    for above in (request, *tasks.values()):
        statements = [
            span for span in below if span["kind"] == CLIENT and span["parentSpanId"] == above["spanId"]
        ]
        assert 0 < len(statements) <= 5 <= int(above["facts"]["muster.statements"])
        for span in statements:
            assert span["name"] == span["facts"]["db.query.summary"]
            began, ended = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            assert int(above["startTimeUnixNano"]) <= began <= ended <= int(above["endTimeUnixNano"])
    sent = b"".join(one.body for one in received.received).decode()
    assert not [address for address in people if address in sent] and program.token not in sent
    assert {one.headers["authorization"] for one in received.received} == {"Bearer secret"}


@pytest.mark.one_database
def test_parents_paths_and_failures(traced: Flask, received: Receiver) -> None:
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    client = traced.test_client()
    client.get("/u/a-secret-of-somebody", headers={"traceparent": parent})
    client.get("/", headers={"traceparent": f"00-{'0' * 32}-{'b' * 16}-01"})
    client.get("/healthz")
    first, second = (span for span in Collector(received, traced).spans() if span["kind"] == SERVER)
    assert (first["traceId"], first["parentSpanId"]) == ("a" * 32, "b" * 16)
    assert second["traceId"] != "0" * 32 and second["parentSpanId"] == ""
    assert b"a-secret-of-somebody" not in b"".join(one.body for one in received.received)


@pytest.mark.one_database
def test_nobody_waits_for_a_collector_that_is_down(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.restore("people")
    app = database.make_app(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    for _ in range(2):
        assert app.test_client().get("/").status_code < 400
        app.extensions["traces"].flush()
    began = time.monotonic()
    app.extensions["traces"].flush(within=1.0)
    assert time.monotonic() - began < 1.0, "what could not be sent was dropped"
    assert caplog.text.count("traces_not_sent") == 1


def test_sending_goes_on_after_any_failure(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "SEND_SECONDS", 0.01)
    monkeypatch.setattr(export, "COMPLAIN_SECONDS", 0.0)
    exporter = export.Exporter("http://collector..example:4318", {}, {})  # no name: a UnicodeError
    for number in (1, 2):
        exporter.add(Span("page", Kind.SERVER, "a" * 32, "b" * 16, "", time.time_ns()))
        give_up = time.monotonic() + 5
        while caplog.text.count("traces_not_sent") < number:
            assert time.monotonic() < give_up
            time.sleep(0.01)


@pytest.mark.one_database
def test_without_a_collector_nothing_is_traced(app: Flask) -> None:
    with app.app_context():
        assert "traces" not in app.extensions
        name, task = next(iter(queue.TASKS.items()))
        assert queue.send(name, 1)
        assert [job.meta for job in queue.queue_named(task.queue).jobs] == [{}]


def test_headers_that_are_none() -> None:
    with pytest.raises(SettingError, match="OTEL_EXPORTER_OTLP_HEADERS must look like") as refused:
        Settings.from_environment({"DATA_DIR": "/nowhere", "OTEL_EXPORTER_OTLP_HEADERS": "a b=hunter2"})
    assert "hunter2" not in str(refused.value)

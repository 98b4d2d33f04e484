"""The event stream of a job (B-07): the state first, then every change, then the end; only for those who may
see the job, and only while they may."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts.application.api_tokens import list_tokens, revoke_token
from app.bulk_enrollment.application.control.stopping import cancel_job
from app.platform import metrics
from app.platform.database import db
from app.platform.tenancy import acting_for
from ops.event_streams import hub as event_hub
from ops.event_streams import process as event_process
from tests.people import Person, Program, program_of, sign_in
from tests.rooms.bulk_enrollment.jobs import people, start_job
from tests.services.databases import Database
from tests.services.event_streams import EventService, event_service
from tests.services.valkey import Valkey


@pytest.fixture
def streams(app: Flask, database: Database) -> Iterator[EventService]:
    with event_service(app, database.settings()).running() as service:
        yield service


def page(job: str) -> str:
    return f"/enrollments/{job}/events"


def api(job: str) -> str:
    return f"/api/v1/bulk-enrollment/jobs/{job}/events"


def client_for(app: Flask, person: Person, address: Any) -> FlaskClient | Program:
    return person.browser if address is page else program_of(app, person)


def eventually(true: Callable[[], object], within: float = 20) -> None:
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@pytest.mark.parametrize("address", [page, api])
def test_state_first_then_changes_in_order_then_the_end(
    app: Flask, bob: Person, streams: EventService, run_tasks: Callable[[], bool], address: Any
) -> None:
    job = start_job(app, bob.actor, people(60), batch_size=20)
    stream = streams.open(client_for(app, bob, address), address(job))
    assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert stream.headers["x-accel-buffering"] == "no" and "no-transform" in stream.headers["cache-control"]
    first = stream.next()
    assert first.kind == "progress"
    assert first.data == {
        "job_id": job,
        "status": "pending",
        "total": 60,
        "processed": 0,
        "succeeded": 0,
        "failed": 0,
        "skipped": 0,
        "current_batch": 0,
        "batches": 0,
        "percent": 0.0,
        "rate": None,
        "seconds_left": None,
        "needs_attention": None,
    }
    run_tasks()
    *told, end = stream.events()
    assert {event.kind for event in told} == {"progress"} and (end.kind, end.id) == ("end", "end")
    assert told[-1].data == end.data
    assert (end.data["status"], end.data["processed"], end.data["percent"]) == ("completed", 60, 100.0)
    processed = [event.data["processed"] for event in told]
    assert processed == sorted(processed)
    ids = [[int(part) for part in event.id.split("-")] for event in told]
    assert ids == sorted(ids)
    assert streams.listeners == 0


def test_resuming_gets_the_present_state_and_after_the_end_nothing(
    app: Flask, bob: Person, streams: EventService, run_tasks: Callable[[], bool]
) -> None:
    job = start_job(app, bob.actor, people(3))
    bobs = program_of(app, bob)
    before = streams.open(bobs, api(job))
    first = before.next()
    before.close()
    run_tasks()
    again = list(streams.open(bobs, api(job), **{"Last-Event-ID": first.id}).events())
    assert [event.kind for event in again] == ["progress", "end"] and again[0].data["processed"] == 3
    assert again[0].id > first.id
    over = streams.open(bobs, api(job), **{"Last-Event-ID": "end"})
    assert (over.status, over.body()) == (204, b""), "an EventSource that gets this does not reconnect"


def test_only_those_who_may_see_the_job_listen(
    app: Flask, bob: Person, vera: Person, sam: Person, mallory: Person, streams: EventService
) -> None:
    job = start_job(app, bob.actor, people(3))
    for stranger in (mallory, sam):
        for address in (page, api):
            assert streams.open(client_for(app, stranger, address), address(job)).status == 404
    unknown = streams.open(program_of(app, bob), api("nothing"))
    assert (unknown.status, json.loads(unknown.body())["code"]) == (404, "JOB_NOT_FOUND")
    nobody = streams.open(bob.browser, api(job))
    assert (nobody.status, json.loads(nobody.body())["code"]) == (401, "UNAUTHENTICATED")
    assert streams.open(app.test_client(), page(job)).status == 204, "a browser stops in silence"
    assert streams.listeners == 0
    assert streams.open(vera.browser, page(job)).next().data["status"] == "pending"


def test_whoever_signs_out_is_cut_off(
    app: Flask, bob: Person, vera: Person, streams: EventService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_process, "CHECK_AGAIN_SECONDS", 0.3)
    job = start_job(app, bob.actor, people(3))
    script = program_of(app, bob)
    hers, his, its = (
        streams.open(client, address(job))
        for client, address in ((vera.browser, page), (bob.browser, page), (script, api))
    )
    assert hers.next() and his.next() and its.next()
    vera.post("/sign-out")
    assert list(hers.events()) == []
    with app.app_context(), acting_for(bob.actor.account_id):
        [token] = list_tokens(bob.actor)
        revoke_token(bob.actor, token.token.id)
    assert list(its.events()) == []
    assert streams.listeners == 1, "only those two"
    again = streams.open(vera.browser, page(job))
    assert (again.status, again.body()) == (204, b""), "an EventSource that gets a page logs an error"
    assert streams.open(script, api(job)).status == 401, "a program is told"


def test_nobody_takes_all_streams(
    app: Flask,
    alice: Person,
    bob: Person,
    mallory: Person,
    streams: EventService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_hub, "MOST_LISTENERS", 4)
    job = start_job(app, bob.actor, people(3))
    others = start_job(app, mallory.actor, people(3), "Elsewhere")
    script = program_of(app, bob)
    bobs = [streams.open(script, api(job)) for _ in range(4)]
    assert [stream.next().kind for stream in bobs] == ["progress"] * 4
    fifth = streams.open(script, api(job))
    assert (fifth.status, fifth.headers["retry-after"]) == (503, "30")
    assert fifth.headers["content-type"] == "application/problem+json"
    assert json.loads(fifth.body())["code"] == "UNAVAILABLE"
    mallorys = streams.open(program_of(app, mallory), api(others))
    assert mallorys.next().data["job_id"] == others
    assert list(bobs[0].events()) == [], "the oldest of whoever has most"
    alices = streams.open(alice.browser, page(job))
    assert alices.next() and list(bobs[1].events()) == []
    assert streams.listeners == 4
    assert streams.open(bob.browser, page(job)).status == 503, "he has his share"


def test_one_reading_serves_all_listeners(
    app: Flask, bob: Person, streams: EventService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_process, "NOTE_LISTENERS_SECONDS", 0.05)
    job = start_job(app, bob.actor, people(3))
    listening = [streams.open(bob.browser, page(job)) for _ in range(10)]
    assert all(stream.next().data["status"] == "pending" for stream in listening)
    with app.app_context():
        eventually(lambda: metrics.listeners() == 10)
    time.sleep(0.3)  # until the readings for newcomers are done
    readings = []
    read = streams.server.hub.read
    streams.server.hub.read = lambda subscription: (readings.append(subscription), read(subscription))[1]
    with app.app_context():
        cancel_job(bob.actor, job)
    assert all(stream.next().data["status"] == "cancelled" for stream in listening)
    assert len(readings) == 1


def test_many_pages_get_fewer_events_and_the_end_at_once(
    app: Flask, bob: Person, streams: EventService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_hub.Hub, "pause_for", lambda *_: 3600.0)
    job = start_job(app, bob.actor, people(3))
    stream = streams.open(bob.browser, page(job))
    assert stream.next().data["status"] == "pending"
    with app.app_context():
        cancel_job(bob.actor, job)
    assert [event.kind for event in stream.events()] == ["progress", "end"]


def test_a_reader_that_does_not_read_is_dropped(
    app: Flask, bob: Person, streams: EventService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_hub, "KEEP_ALIVE_SECONDS", 0.001)
    monkeypatch.setattr(event_hub, "KEEP_ALIVE", b":" + b"x" * 50_000 + b"\n\n")
    monkeypatch.setattr(event_hub, "SLOW_SECONDS", 0.2)
    job = start_job(app, bob.actor, people(3))
    stream = streams.open(bob.browser, page(job))
    assert stream.status == 200
    eventually(lambda: streams.listeners == 0)


def test_a_lost_redis_delays_news_and_loses_none(app: Flask, bob: Person, database: Database) -> None:
    job = start_job(app, bob.actor, people(3))
    own = Valkey().start()
    settings = database.settings(REDIS_URL=own.url)
    lonely = create_app(settings)
    person = sign_in(lonely, "bob")
    with event_service(lonely, settings).running() as service:
        stream, watch = service.open(person.browser, page(job)), service.server.hub
        assert stream.next().data["status"] == "pending"
        eventually(lambda: watch.watch.is_connected)
        own.kill()
        eventually(lambda: not watch.watch.is_connected)
        second = service.open(person.browser, page(job))
        assert second.next().data["status"] == "pending", "whoever comes now gets the state, too"
        own.start()
        eventually(lambda: watch.watch.is_connected)
        own.kill()
        with lonely.app_context():
            cancel_job(person.actor, job)
        assert [event.kind for event in stream.events()] == ["progress", "end"]
        assert [event.data["status"] for event in second.events()] == ["cancelled"] * 2
    with lonely.app_context():
        db.engine.dispose()
    own.remove()


def test_without_the_process_programs_are_told_to_poll(app: Flask, bob: Person) -> None:
    job = start_job(app, bob.actor, people(3))
    answer = program_of(app, bob).get(f"/bulk-enrollment/jobs/{job}/events")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert answer.mimetype == "application/problem+json" and "Poll" in answer.json["detail"]
    assert bob.get(page(job)).status_code == 503

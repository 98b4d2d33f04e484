"""/metrics: figures of the whole installation, and who may read them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from app.bulk_enrollment.application.jobs import plan
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, EnrollmentRow
from app.engine.infrastructure.tables import Enrollment
from app.platform import metrics, queue
from app.platform.database import session
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import MIXED, start_job
from tests.rooms.deliveries.hooks import send as send_webhooks
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.mailing import send as send_messages
from tests.services.databases import Database
from tests.services.receiver import receiver
from tests.services.valkey import Valkey
from tests.unit.workflows.documents import email, step

TOKEN = "a token that only the monitoring has"
AS_MONITORING = {"headers": {"Authorization": f"Bearer {TOKEN}"}}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}
Set = Callable[..., None]


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Set:
    def change(**values: Any) -> None:
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **values))

    return change


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    server = Valkey().start()
    yield server
    server.remove()


class Scrape:
    """An answer of /metrics, read by Prometheus' own parser."""

    def __init__(self, app: Flask) -> None:
        app.extensions["metrics_page"].forget()
        answer = app.test_client().get("/metrics")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "Set-Cookie" not in answer.headers
        self.text = answer.text
        self.families = {one.name: one for one in text_string_to_metric_families(answer.text)}

    def values(self, name: str, label: str) -> dict[str, float]:
        """{label: value} of the samples of a metric that are not 0."""
        family = self.families[f"muster_{name}"]
        return {one.labels[label]: one.value for one in family.samples if one.value}

    def number(self, name: str, sample: str = "", **labels: str) -> float:
        samples = self.families[f"muster_{name}"].samples
        wanted = f"muster_{name}{sample}"
        [found] = [
            one.value for one in samples if one.name == wanted and labels.items() <= one.labels.items()
        ]
        return found


def counted(app: Flask, column: Any) -> dict[Any, int]:
    """{value: rows} of a column, counted in the table, all accounts together."""
    with app.app_context():
        query = sa.select(column, sa.func.count()).group_by(column)
        return {row[0]: row[1] for row in session().execute(query, execution_options={"cross_account": True})}


def test_figures_are_those_of_the_tables_before_and_after_a_job(
    app: Flask, bob: Person, valkey: Valkey, run_tasks: Callable[[], bool]
) -> None:
    valkey.client().mset({"muster:worker:here:1": "7 ", "muster:worker:here:2": "9 task-1"})
    start_job(app, bob.actor, MIXED, batch_size=10)
    before = Scrape(app)
    assert before.values("up", "part") == {"database": 1, "migrations": 1, "queue": 1}
    assert before.values("jobs", "status") == {"pending": 1}
    assert before.values("queue_tasks", "queue") == {"urgent": 1}
    assert 0 < before.number("queue_oldest_task_seconds", queue="urgent") < 60
    assert before.number("queue_oldest_task_seconds", queue="steps") == 0
    assert before.values("workers", "state") == {"busy": 1, "idle": 1}
    assert before.number("database_bytes") > 100_000 and before.number("disk_free_bytes") > 0
    assert before.values("rows", "outcome") == {}
    run_tasks()
    after = Scrape(app)
    assert (
        after.values("jobs", "status") == counted(app, EnrollmentJob.status) == {"completed_with_errors": 1}
    )
    in_ledger = {Outcome(code).name: rows for code, rows in counted(app, EnrollmentRow.outcome).items()}
    assert after.values("rows", "outcome") == in_ledger and len(in_ledger) == 3
    assert after.values("enrollments", "status") == counted(app, Enrollment.status) != {}
    assert after.values("queue_tasks", "queue") == {}
    assert after.values("batches", "status") == {}, "those of finished jobs don’t count"
    assert after.number("batch_duration_seconds", "_count") == 1
    assert 0 < after.number("batch_duration_seconds", "_sum") < 60
    assert after.number("batch_duration_seconds", "_bucket", le="+Inf") == 1
    for private in (bob.actor.account_name, bob.actor.name, "Welcome", "@", "Ann"):
        assert private not in after.text


def test_batches_of_a_job_that_is_not_over(app: Flask, bob: Person) -> None:
    start_job(app, bob.actor, MIXED * 2, batch_size=10)
    with app.app_context():
        query = sa.select(EnrollmentJob.account_id, EnrollmentJob.id)
        plan.plan_job(*session().execute(query, execution_options={"cross_account": True}).one())
    assert Scrape(app).values("batches", "status") == counted(app, EnrollmentBatch.status) != {}


def test_messages_and_webhooks_from_waiting_to_sent(app: Flask, bob: Person, configure: Set) -> None:
    it = campaign(app, bob.actor, email("hello", "Hi", "Dear you"))
    ids = people(app, bob.actor, 2)
    it.enroll(ids)
    it.move()
    waiting = Scrape(app)
    assert waiting.values("messages", "state") == {"planned": 2}
    assert waiting.number("move_duration_seconds", "_count") == 1
    send_messages(it)
    sent = Scrape(app)
    assert sent.values("messages", "state") == {}
    assert sent.number("message_results", "_total", channel="email", result="sent") == 2
    configure(webhook_private_addresses=1)
    with receiver() as there:
        there.statuses = [500]
        hooks = campaign(app, bob.actor, step("hook", "webhook", url=there.url))
        hooks.enroll(ids[:1])
        hooks.move()
        assert Scrape(app).values("webhooks", "state") == {"planned": 1}
        send_webhooks(hooks)
        send_webhooks(hooks, minutes=1)
    done = Scrape(app)
    assert done.values("webhooks", "state") == {}
    assert done.values("webhook_attempts", "state") == {"planned": 1, "delivered": 1}


@pytest.mark.one_database
def test_event_streams_of_all_machines(app: Flask, valkey: Valkey) -> None:
    assert Scrape(app).number("event_stream_listeners") == 0
    seconds = int(valkey.client().time()[0])
    dead, other = seconds - metrics.LISTENERS_EXPIRE_SECONDS - 2, seconds - 3
    valkey.client().hset("muster:listeners", mapping={"gone": f"9 {dead}", "other": f"2 {other}"})
    with app.app_context():
        metrics.note_listeners(3)
    assert Scrape(app).number("event_stream_listeners") == 5


@pytest.mark.one_database
def test_routes_are_names_of_views_whatever_is_asked_for(app: Flask, alice: Person) -> None:
    before = len(Scrape(app).families["muster_http_requests"].samples)
    for number in range(8):
        alice.get(f"/nowhere/{number}")
        alice.get(f"/contacts/{number + 900_000}")
        alice.browser.open(f"/x{number}", method=f"ODD{number}")
    family = Scrape(app).families["muster_http_requests"]
    routes = {one.labels["route"] for one in family.samples}
    assert routes <= {*app.view_functions, "unknown"}
    assert len(family.samples) <= before + 4
    found = {
        (one.labels["route"], one.labels["method"], one.labels["status"]): one.value for one in family.samples
    }
    assert found["unknown", "GET", "4xx"] == found["unknown", "other", "4xx"] == 8
    assert sum(value for (route, *_), value in found.items() if "contact" in route) == 8
    durations = Scrape(app)
    assert durations.number("http_request_duration_seconds", "_count", route="unknown") == 16


@pytest.mark.one_database
def test_without_a_token_only_this_machine_may_read(
    app: Flask, stranger: FlaskClient, configure: Set
) -> None:
    def status(**given: Any) -> int:
        return stranger.get("/metrics", **given).status_code

    assert status() == 200
    assert status(environ_base={"REMOTE_ADDR": "::1"}) == 200
    assert status(environ_base=ELSEWHERE) == 404
    assert status(headers={"X-Forwarded-For": "127.0.0.1"}) == 404
    assert status(headers={"Host": "muster.example.com"}) == 404
    assert status(**AS_MONITORING, environ_base=ELSEWHERE) == 404
    for change in ({"host": "0.0.0.0"}, {"public_url": "https://muster.example.com"}, {"trusted_proxies": 1}):
        configure(**({"host": "127.0.0.1", "public_url": "", "trusted_proxies": 0} | change))
        assert status() == 404, change


@pytest.mark.one_database
def test_with_a_token_nobody_may_read_without_it(app: Flask, stranger: FlaskClient, configure: Set) -> None:
    configure(metrics_token=TOKEN)
    assert stranger.get("/metrics", **AS_MONITORING, environ_base=ELSEWHERE).status_code == 200
    for wrong in (None, "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xe9", TOKEN):
        answer = stranger.get("/metrics", headers={"Authorization": wrong} if wrong else {})
        assert (answer.status_code, answer.text) == (401, ""), wrong
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.one_database
def test_a_signed_in_person_may_not_read_either(alice: Person, configure: Set) -> None:
    configure(metrics_token=TOKEN)
    assert alice.get("/metrics").status_code == 401


@pytest.mark.one_database
def test_the_answer_is_kept_for_some_seconds(
    app: Flask, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions["metrics_page"].forget()
    first = stranger.get("/metrics").text
    stranger.get("/sign-in")
    assert stranger.get("/metrics").text == first
    monkeypatch.setattr("app.home.presentation.metrics.KEPT_SECONDS", 0.0)
    assert stranger.get("/metrics").text != first


def test_without_the_queue_the_rest_is_there_and_nothing_counted_is_lost(
    database: Database, own_valkey: Valkey
) -> None:
    database.restore("people")
    app = create_app(database.settings(REDIS_URL=own_valkey.url))
    own_valkey.kill()
    for _ in range(3):
        app.test_client().get("/healthz")
    down = Scrape(app)
    assert down.values("up", "part") == {"database": 1, "migrations": 1}
    assert down.number("jobs", status="completed") == 0
    missing = {"queue_tasks", "workers", "http_requests", "rows", "event_stream_listeners"}
    assert not {f"muster_{name}" for name in missing} & down.families.keys()
    own_valkey.start()
    back = Scrape(app)
    assert back.values("up", "part")["queue"] == 1
    assert back.number("http_requests", "_total", route="health.alive", status="2xx") == 3


@pytest.mark.one_database
def test_a_queue_that_is_stuck_is_sent_nothing_twice(database: Database, own_valkey: Valkey) -> None:
    database.restore("people")
    app = create_app(database.settings(REDIS_URL=own_valkey.url))
    for _ in range(2):
        app.extensions["metrics"].save()  # so that it is connected
        app.test_client().get("/healthz")
    own_valkey.freeze()
    for _ in range(2):
        app.extensions["queue_backoff"].until = 0.0
        app.extensions["metrics"].save()
    own_valkey.resume()
    app.extensions["queue_backoff"].until = 0.0
    assert Scrape(app).number("http_requests", "_total", route="health.alive") == 2


@pytest.mark.one_database
def test_without_a_database_the_rest_is_there(database: Database) -> None:
    app = create_app(database.settings(DATABASE_URL="sqlite:////nowhere/at/all.db"))
    found = Scrape(app)
    assert found.values("up", "part") == {"queue": 1}
    assert "muster_jobs" not in found.families
    assert found.number("queue_tasks", queue=queue.QUEUES[0]) == 0


@pytest.mark.one_database
def test_processes_that_serve_save_by_themselves(
    database: Database, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.restore("people")
    monkeypatch.setattr(metrics, "SAVE_SECONDS", 0.05)
    app = create_app(database.settings(), process="web")
    app.test_client().get("/healthz")
    give_up = time.monotonic() + 10
    while not valkey.client().hgetall("muster:metrics"):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    assert int(valkey.client().hget("muster:metrics", "requests|health.alive|GET|2xx")) == 1

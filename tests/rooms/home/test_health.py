"""Health endpoints /healthz and /readyz."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.platform import queue
from app.platform.database import db
from ops.prepare import prepare_database
from ops.problems import Problem
from tests.services.databases import Database
from tests.services.valkey import Valkey


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    server = Valkey().start()
    yield server
    server.remove()


def test_alive_needs_nothing_but_the_process(database: Database, own_valkey: Valkey) -> None:
    own_valkey.kill()
    app = create_app(database.settings(REDIS_URL=own_valkey.url, DATABASE_URL="sqlite:////nowhere/at/all.db"))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_ready_when_everything_answers(app: Flask, stranger: FlaskClient, valkey: Valkey) -> None:
    valkey.client().set("muster:worker:somewhere:1", 1)
    answer = stranger.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "database": True,
        "migrations": True,
        "queue": True,
        "workers": True,
        "disk": True,
    }


def test_not_ready_without_workers(stranger: FlaskClient) -> None:
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["workers"] is False
    assert answer.json["queue"] is True


def test_a_web_machine_without_workers_of_its_own_is_ready(database: Database) -> None:
    database.restore("people")
    app = create_app(database.settings(WORKERS=0))
    assert app.test_client().get("/readyz").status_code == 200


def test_not_ready_while_the_queue_is_down(database: Database, own_valkey: Valkey) -> None:
    database.restore("people")
    app = create_app(database.settings(REDIS_URL=own_valkey.url))
    own_valkey.kill()
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["queue"], answer.json["workers"]) == (True, False, False)


def test_not_ready_with_an_older_database(app: Flask, stranger: FlaskClient) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text("UPDATE alembic_version SET version_num = 'earlier'"))
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["migrations"] is False


def test_ready_while_a_later_release_takes_over(app: Flask, stranger: FlaskClient) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text("UPDATE alembic_version SET version_num = '9999_later'"))
    assert stranger.get("/readyz").json["migrations"] is True
    with pytest.raises(Problem, match=r"newer than this program"):
        prepare_database(app.extensions["settings"])


def test_not_ready_without_a_database(database: Database) -> None:
    app = create_app(database.settings(DATABASE_URL="sqlite:////nowhere/at/all.db"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["migrations"]) == (False, False)
    assert queue.QUEUES

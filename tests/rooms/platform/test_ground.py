"""Smoke test of readiness, sign-in, and the queue on each database."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from app.platform import queue
from tests.people import Person

RUNS: list[int] = []


@queue.task("tests.note", queue="steps")
def _note(number: int) -> None:
    RUNS.append(number)


def test_health(stranger: FlaskClient) -> None:
    assert stranger.get("/healthz").status_code == 200
    answer = stranger.get("/readyz")
    assert answer.get_json() == {
        "status": "not ready",
        "database": True,
        "migrations": True,
        "queue": True,
        "disk": True,
        "workers": False,
    }


def test_people_are_who_they_are(
    alice: Person, bob: Person, vera: Person, sam: Person, mallory: Person
) -> None:
    accounts = [person.actor.account_name for person in (alice, bob, vera, sam, mallory)]
    assert accounts == ["Agency", "Agency", "Agency", "Branch", "Elsewhere"]


def test_sent_task_is_run_by_a_worker(app: Flask, run_tasks: Callable[[], bool]) -> None:
    RUNS.clear()
    with app.app_context():
        assert queue.send("tests.note", 7)
    assert run_tasks()
    assert RUNS == [7]
    assert not run_tasks()

"""Programs start workflows (E-01, B-15)."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from app.platform.clock import now
from tests.people import Person, Program, program_of
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign
from tests.rooms.workflows.drafts import active, draft


@pytest.fixture
def it(app: Flask, bob: Person) -> Campaign:
    """Five people who are held."""
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 5))
    return Campaign(app, bob.actor, public_id, now())


def statuses(it: Campaign) -> dict[str, int]:
    return dict(Counter(one.status for one in it.enrollments()))


def test_everybody_begins_at_once(it: Campaign, program: Program, run_tasks: Callable[[], bool]) -> None:
    answer = program.post(f"/workflows/{it.public_id}/start", {})
    assert answer.status_code == 200, answer.text
    assert answer.json["people"] == 5 and answer.json["portions"] == 1
    assert answer.json["first_at"] == answer.json["last_at"] is not None
    while run_tasks():
        pass
    assert statuses(it) == {"active": 5}
    again = program.post(f"/workflows/{it.public_id}/start", {}).json
    assert again == {"people": 0, "portions": 0, "first_at": None, "last_at": None}


def test_in_portions(it: Campaign, program: Program, run_tasks: Callable[[], bool]) -> None:
    drip = {"people": 2, "every": 1, "unit": "hours"}
    answer = program.post(f"/workflows/{it.public_id}/start", {"drip": drip}).json
    assert (answer["people"], answer["portions"]) == (5, 3)
    assert answer["first_at"] < answer["last_at"]
    while run_tasks():
        pass
    assert statuses(it) == {"active": 2, "held": 3}


def test_what_is_not_possible(app: Flask, bob: Person, it: Campaign, program: Program) -> None:
    slow = {"people": 1, "every": 500, "unit": "days"}
    answer = program.post(f"/workflows/{it.public_id}/start", {"drip": slow})
    assert answer.status_code == 422 and "drip.every" in answer.json["fields"]
    nowhere = {"people": 1, "time_zone": "Mars/Base"}
    answer = program.post(f"/workflows/{it.public_id}/start", {"drip": nowhere})
    assert answer.status_code == 422 and "drip.time_zone" in answer.json["fields"]
    answer = program.post(f"/workflows/{draft(app, bob.actor)}/start", {})
    assert answer.status_code == 409 and answer.json["code"] == "WORKFLOW_NOT_ACTIVE"
    assert statuses(it) == {"held": 5}


def test_a_viewer_starts_nothing(app: Flask, vera: Person, it: Campaign) -> None:
    assert program_of(app, vera).post(f"/workflows/{it.public_id}/start", {}).status_code == 403
    assert statuses(it) == {"held": 5}

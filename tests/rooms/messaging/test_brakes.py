"""All sending can be paused, and workflows stop by themselves (E-25)."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine.application import braking
from app.messaging.application import feedback
from app.messaging.application.outbox.sending_state import sending_state
from app.messaging.application.pace import brakes as application
from app.messaging.domain.pace import brakes
from app.messaging.domain.reactions.feedback import Feedback
from app.messaging.infrastructure.pace import brakes as store
from app.notifications.application.kinds import system_email_of
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import messages, send
from tests.rooms.messaging.settings_page import PAGE
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import definition, email, sms, step

BUTTON = 'name="resume"'
LAST = step("last", "add_tag", tag="Last")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brakes that look at a few messages already."""
    monkeypatch.setattr(brakes, "LEAST_MESSAGES", 4)
    monkeypatch.setattr(brakes, "LEAST_CASES", 2)
    monkeypatch.setattr(brakes, "LEAST_A_DAY", 2)


def sending(app: Flask, person: Person, count: int, first: Any = None) -> Campaign:
    """A campaign whose first messages are planned."""
    it = campaign(app, person.actor, first or email("hello"), LAST)
    it.enroll(people(app, person.actor, count))
    it.move()
    return it


def report(app: Flask, person: Person, it: Campaign, what: str, *numbers: int) -> None:
    found = messages(it)
    with app.app_context():
        for number in numbers:
            feedback.receive(person.actor.account_id, found[number].id, Feedback(what), "", now())


def status(app: Flask, it: Campaign) -> str:
    with app.app_context():
        return workflows.find_workflow(it.actor, it.public_id).status


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def sent_before(app: Flask, it: Campaign, number: int, at: datetime) -> None:
    with app.app_context(), acting_for(it.actor.account_id), transaction():
        workflow_id = workflows.find_workflow(it.actor, it.public_id).id
        store.count_sent(it.actor.account_id, workflow_id, at.date(), number)


@pytest.mark.parametrize("first", [email("hello"), sms("hello", "Hi")])
def test_a_person_pauses_all_sending(app: Flask, alice: Person, first: Any) -> None:
    it = sending(app, alice, 1, first)
    assert alice.post(f"{PAGE}/sending", {"sending_paused": "y"}).status_code == 303
    send(it)
    assert [one.state for one in messages(it)] == ["planned"]
    alice.post(f"{PAGE}/sending", {})
    send(it)
    assert [one.state for one in messages(it)] != ["planned"]


@pytest.mark.parametrize(("what", "title"), [("bounced", "returned"), ("complained", "marked as spam")])
def test_too_many_of_them_stop_a_workflow(
    app: Flask, alice: Person, vera: Person, few: None, what: str, title: str
) -> None:
    it = sending(app, alice, 6)
    send(it)
    report(app, alice, it, what, 0, 0, 0)
    assert status(app, it) == "active"
    report(app, alice, it, what, 1)
    assert status(app, it) == "paused"
    sentence = f"Of its last 6 messages, 2 (33.33%) were {title}."
    page = words(alice.get(f"/workflows/{it.public_id}").text)
    assert (
        f"Too many emails were {title}" in page
        and sentence in page
        and BUTTON in alice.get(f"/workflows/{it.public_id}").text
    )
    seen = words(vera.get(f"/workflows/{it.public_id}").text)
    assert sentence in seen and BUTTON not in vera.get(f"/workflows/{it.public_id}").text
    assert sentence in words(alice.get("/notifications").text)
    assert sentence in words(alice.get("/activity").text)


def test_after_a_person_continues_only_later_messages_count(app: Flask, alice: Person, few: None) -> None:
    it = sending(app, alice, 8)
    send(it)
    report(app, alice, it, "bounced", 0, 1)
    assert alice.post(f"/workflows/{it.public_id}/activation", {"resume": "1"}).status_code == 303
    assert status(app, it) == "active"
    assert BUTTON not in alice.get(f"/workflows/{it.public_id}").text
    report(app, alice, it, "bounced", 2, 3)
    assert status(app, it) == "active"


def test_continuing_does_not_activate_changes(app: Flask, alice: Person, bob: Person, few: None) -> None:
    it = sending(app, alice, 8)
    send(it)
    report(app, alice, it, "bounced", 0, 1)
    page = f"/workflows/{it.public_id}"
    assert "without the changes made since" not in alice.get(page).text
    edited = definition(email("hello", "Not ready yet"), LAST)
    with app.app_context():
        before = workflows.find_workflow(it.actor, it.public_id).active_version_id
        workflows.update_workflow(it.actor, it.public_id, workflows.WorkflowChanges(definition=edited))
    assert "It continues with version 1, without the changes made since." in words(alice.get(page).text)
    assert bob.post(f"{page}/activation", {"resume": "1"}).status_code == 303
    with app.app_context():
        workflow = workflows.find_workflow(it.actor, it.public_id)
        assert (workflow.status, workflow.active_version_id) == ("active", before)
        assert workflow.definition["steps"][0]["config"]["subject"] == "Not ready yet"
    assert bob.post(f"{page}/activation", {"resume": "1"}).status_code == 303


def test_only_a_paused_workflow_can_continue(
    app: Flask, alice: Person, vera: Person, mallory: Person
) -> None:
    page = f"/workflows/{draft(app, alice.actor)}/activation"
    assert alice.post(page, {"resume": "1"}).status_code == 409
    assert vera.post(page, {"resume": "1"}).status_code == 403
    assert mallory.post(page, {"resume": "1"}).status_code == 404


def test_a_few_bad_ones_among_few_messages_stop_nothing(app: Flask, alice: Person) -> None:
    it = sending(app, alice, 5)
    send(it)
    report(app, alice, it, "bounced", 0, 1, 2, 3)
    assert status(app, it) == "active"


def test_limits_that_are_off_stop_nothing(app: Flask, alice: Person, few: None) -> None:
    assert alice.post(f"{PAGE}/brakes", {}).status_code == 303
    it = sending(app, alice, 6)
    send(it)
    report(app, alice, it, "bounced", 0, 1, 2)
    assert status(app, it) == "active"


def test_the_owner_gets_an_email(
    app: Flask, alice: Person, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(braking.mail, "is_set_up", lambda _settings: True)
    it = sending(app, alice, 6)
    send(it)
    report(app, alice, it, "bounced", 0, 1)
    with app.app_context(), acting_for(alice.actor.account_id):
        query = sa.select(OutgoingEmail).where(OutgoingEmail.account_id == alice.actor.account_id)
        [found] = session().scalars(query)
        assert (found.kind, found.address) == ("sending_stopped", alice.actor.email)
        told = system_email_of(found.kind, found.facts, found.subject_id)
    assert told.subject == "Welcome: Paused by Muster"
    assert "were returned" in told.text and f"/workflows/{it.public_id}" in told.html


def test_a_workflow_that_sends_more_than_usual_asks(app: Flask, alice: Person, few: None) -> None:
    it = sending(app, alice, 8)
    sent_before(app, it, 2, it.at - timedelta(days=3))
    send(it)
    states = [one.state for one in messages(it)]
    assert states.count("sent") == 6 and states.count("planned") == 2
    assert status(app, it) == "paused"
    page = words(alice.get(f"/workflows/{it.public_id}").text)
    assert "It has sent 6 messages today (UTC). In the 90 days before, it sent at most 2 in a day." in page
    alice.post(f"/workflows/{it.public_id}/activation", {"resume": "1"})
    it.at = now()
    send(it)
    assert {one.state for one in messages(it)} == {"sent"}
    assert status(app, it) == "active"


def test_nothing_is_unusual_on_the_first_day(app: Flask, alice: Person, few: None) -> None:
    it = sending(app, alice, 8)
    sent_before(app, it, 1, it.at - timedelta(days=200))
    send(it)
    assert {one.state for one in messages(it)} == {"sent"}


def test_small_numbers_are_never_too_many(app: Flask, alice: Person) -> None:
    it = sending(app, alice, 8)
    sent_before(app, it, 1, it.at - timedelta(days=1))
    send(it)
    assert {one.state for one in messages(it)} == {"sent"}


def test_programs_see_what_has_stopped(app: Flask, alice: Person, few: None) -> None:
    it = sending(app, alice, 6)
    send(it)
    report(app, alice, it, "bounced", 0, 1)
    with app.app_context():
        [(public_id, stopped)] = sending_state(alice.actor).stopped
    assert public_id == it.public_id
    assert stopped.brake.reason == "bounces"


def test_wrong_limits_are_refused(app: Flask, alice: Person, bob: Person) -> None:
    for wrong in ({"bounces": "0"}, {"bounces": "101"}, {"complaints": "0.305"}, {"growth": "x"}):
        assert alice.post(f"{PAGE}/brakes", wrong).status_code == 422
    assert (
        alice.post(f"{PAGE}/brakes", {"bounces": "2.5%", "complaints": ".1", "growth": "10"}).status_code
        == 303
    )
    with app.app_context():
        assert application.brake_limits(alice.actor) == brakes.BrakeLimits(250, 10, 10)
    assert 'value="2.5"' in alice.get(PAGE).text
    assert bob.post(f"{PAGE}/brakes", {}).status_code == 403

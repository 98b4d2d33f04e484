"""An email is from the sender that its step chooses, within that sender's limits (E-11)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.messaging.application.servers import senders
from app.workflows.application import find_workflow
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.messaging.settings_page import PAGE, connect
from tests.rooms.workflows.drafts import draft
from tests.services.mail_server import MailServer, mail_server
from tests.unit.workflows.documents import definition, email

TIPS = {"name": "Tips", "address": "tips@example.com"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person) -> Iterator[MailServer]:
    """A mail server that the account is connected to; it has two senders."""
    settings = app.extensions["settings"]
    known = settings.__class__(**{**vars(settings), "public_url": "https://m.example"})
    monkeypatch.setitem(app.extensions, "settings", known)
    with mail_server() as running:
        connect(alice, running.port)
        assert alice.post(f"{PAGE}/senders", TIPS).status_code == 303
        yield running


def from_tips(step_id: str = "tip", **config: Any) -> dict[str, Any]:
    step = email(step_id, "A tip from {{ sender.name }}")
    return {**step, "config": {**step["config"], "sender": "tips@example.com", **config}}


def sender_id(app: Flask, alice: Person) -> int:
    with app.app_context():
        return next(one.id for one in senders.list_senders(alice.actor) if one.name == "Tips")


def test_messages_are_from_the_chosen_sender(app: Flask, alice: Person, server: MailServer) -> None:
    it = campaign(app, alice.actor, email("hello", "Hi from {{ sender.name }}"), from_tips())
    it.enroll(people(app, alice.actor, 1))
    it.move()
    go_on(it)
    hello, tip = server.received
    assert (hello["From"], hello["Subject"]) == ("Agency News <news@example.com>", "Hi from Agency News")
    assert (tip["From"], tip["Subject"]) == ("Tips <tips@example.com>", "A tip from Tips")
    assert tip["Message-ID"].endswith("@example.com>")
    assert messages(it)[1].sender_id == sender_id(app, alice)


def test_a_removed_sender_is_replaced_by_the_default(app: Flask, alice: Person, server: MailServer) -> None:
    it = campaign(app, alice.actor, from_tips())
    it.enroll(people(app, alice.actor, 1))
    it.move()
    alice.post(f"{PAGE}/senders/{sender_id(app, alice)}/removal")
    go_on(it)
    [tip] = server.received
    assert (tip["From"], tip["Subject"]) == ("Agency News <news@example.com>", "A tip from Agency News")


def test_the_limits_are_those_of_the_chosen_sender(app: Flask, alice: Person, server: MailServer) -> None:
    alice.post(f"{PAGE}/senders/{sender_id(app, alice)}", TIPS | {"per_hour": "2"})
    it = campaign(app, alice.actor, from_tips())
    other = campaign(app, alice.actor, email("hello", "Hello"))
    it.enroll(people(app, alice.actor, 3))
    other.enroll([add(app, alice.actor, "zoe@example.com")])
    it.move()
    other.move()
    send(other)
    assert [one["Subject"] for one in server.received].count("A tip from Tips") == 2
    assert [one["Subject"] for one in server.received].count("Hello") == 1
    states = [(one.state, one.attempt) for one in messages(it) if one.step_id == "tip"]
    assert states.count(("sent", 1)) == 2 and states.count(("planned", 0)) == 1
    it.at = other.at + timedelta(minutes=5)
    send(it)
    assert len(server.received) == 3
    it.at += timedelta(minutes=60)
    send(it)
    assert len(server.received) == 4


def test_choosing_in_the_editor(app: Flask, alice: Person, bob: Person, server: MailServer) -> None:
    public_id = draft(app, bob.actor, definition=definition(email("hello", "Hi")))
    page = f"/workflows/{public_id}/steps/hello"
    text = bob.get(page).text
    assert "Default sender" in text and "Tips &lt;tips@example.com&gt;" in text
    form = {"subject": "Hi", "body": "Text", "on_failure": "end", "revision": "1"}
    assert bob.post(page, form | {"sender": "nobody"}).status_code == 422
    assert bob.post(page, form | {"sender": "tips@example.com"}).status_code == 303
    with app.app_context():
        [step] = find_workflow(bob.actor, public_id).parsed.steps
    assert step.config["sender"] == "tips@example.com"
    bob.post(f"{page}/test", {"contact": ""})
    assert server.received[0]["From"] == "Tips <tips@example.com>"
    alice.post(f"{PAGE}/senders/{sender_id(app, alice)}/removal")
    assert "tips@example.com (removed)" in bob.get(page).text
    activation = bob.get(f"/workflows/{public_id}/activation").text
    assert "tips@example.com, which isn’t one of your senders" in words_of(activation)
    assert bob.post(page, form | {"sender": "", "revision": "2"}).status_code == 303
    assert "Default sender" not in bob.get(page).text
    assert "isn’t one of your senders" not in bob.get(f"/workflows/{public_id}/activation").text

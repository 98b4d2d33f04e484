"""What happens while a message is on its way: its contact leaves, says no, comes back, or is erased."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.erasing import erase_contact
from app.engine.infrastructure import store
from app.messaging import application as messaging
from app.messaging.application import transports
from app.messaging.application.transports import Receipt
from app.messaging.infrastructure.servers.smtp import Refused
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.unit.workflows.documents import email

Meanwhile = Callable[[Callable[[Any], Receipt]], None]


@pytest.fixture
def ada(app: Flask, alice: Person) -> tuple[int, Campaign]:
    """A contact whose first message is planned."""
    contact_id = add(app, alice.actor, "ada@example.com", first_name="Ada")
    it = campaign(app, alice.actor, email("hello", "Hi {{ contact.first_name }}"))
    it.enroll([contact_id])
    it.move()
    return contact_id, it


@pytest.fixture
def while_sending(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Function that lets something happen while messages are handed over."""

    def happens(act: Callable[[Any], Receipt]) -> None:
        monkeypatch.setattr(
            transports.OutboxTransport, "send", lambda _transport, message, _content: act(message)
        )

    return happens


def test_nothing_is_written_of_a_contact_that_is_erased_meanwhile(
    alice: Person, ada: tuple[int, Campaign], while_sending: Meanwhile
) -> None:
    contact_id, it = ada

    def act(_message: Any) -> Receipt:
        erase_contact(alice.actor, contact_id)
        return Receipt("250 OK")

    while_sending(act)
    send(it)
    [message] = messages(it)
    assert (message.state, message.address, message.subject, message.merge_values) == (
        "sent",
        None,
        None,
        None,
    )


def test_whoever_leaves_meanwhile_gets_no_second_attempt(
    ada: tuple[int, Campaign], while_sending: Meanwhile
) -> None:
    _, it = ada

    def act(message: Any) -> Receipt:
        messaging.leave_workflow(message.token)
        raise Refused("450 Later", is_final=False)

    while_sending(act)
    send(it)
    assert [one.state for one in messages(it)] == ["withdrawn"]


def test_whoever_comes_back_goes_on_if_the_message_was_sent_meanwhile(
    app: Flask, ada: tuple[int, Campaign], while_sending: Meanwhile
) -> None:
    contact_id, it = ada
    notes: list[str] = []

    def act(message: Any) -> Receipt:
        notes.append(messaging.leave_workflow(message.token))
        return Receipt("250 OK")

    while_sending(act)
    send(it)
    with app.app_context():
        assert messaging.undo(messages(it)[0].token, notes[0])
    it.move(minutes=1)
    assert it.where()[contact_id][0] == "completed"
    assert it.numbers_are_right()


@pytest.mark.parametrize("how", ["opted out", "erased"])
def test_who_has_said_no_since_does_not_come_back(
    app: Flask, alice: Person, ada: tuple[int, Campaign], how: str
) -> None:
    contact_id, it = ada
    token = messages(it)[0].token
    with app.app_context():
        note = messaging.leave_workflow(token)
        if how == "erased":
            erase_contact(alice.actor, contact_id)
        else:
            contacts.unsubscribe(alice.actor, contact_id)
        assert not messaging.undo(token, note)
    assert it.where()[contact_id][0] == "withdrawn"
    go_on(it, days=1)
    assert [one.state for one in messages(it)] == ["withdrawn"]


@pytest.mark.parametrize("by", ["themselves", "a person"])
def test_an_older_no_cannot_be_undone_after_a_newer_one(
    app: Flask, alice: Person, ada: tuple[int, Campaign], by: str
) -> None:
    contact_id, it = ada
    token = messages(it)[0].token
    with app.app_context():
        note = messaging.unsubscribe(token)
        if by == "themselves":
            assert messaging.unsubscribe(token) == ""
        else:
            contacts.unsubscribe(alice.actor, contact_id)
        assert not messaging.undo(token, note)
        assert contacts.status_of(alice.actor.account_id, contact_id) == "unsubscribed"


def test_whoever_is_in_the_workflow_again_gets_one_message(
    app: Flask, alice: Person, ada: tuple[int, Campaign]
) -> None:
    contact_id, it = ada
    token, account_id = messages(it)[0].token, alice.actor.account_id
    with app.app_context():
        note = messaging.leave_workflow(token)
        with acting_for(account_id), transaction():
            found = workflows.find_workflow(alice.actor, it.public_id)
            assert found.active_version_id is not None
            given = (found.id, found.active_version_id, "hello", True, "workflow", None, now(), False)
            assert store.enroll_many(account_id, id_list([contact_id]), *given) == 1
        it.at = now()
        it.move()
        messaging.undo(token, note)
    go_on(it)
    assert sorted(one.state for one in messages(it)) == ["sent", "withdrawn"]


def test_a_subject_that_becomes_too_long_harms_nobody(app: Flask, alice: Person) -> None:
    long = add(app, alice.actor, "long@example.com", first_name="L" * 100, company="C" * 180)
    short = add(app, alice.actor, "short@example.com", first_name="S")
    it = campaign(app, alice.actor, email("hello", "Hi {{ contact.first_name }} of {{ contact.company }}"))
    it.enroll([long, short])
    go_on(it)
    assert [(one.state, len(one.subject or "")) for one in messages(it)] == [("sent", 250), ("sent", 7)]

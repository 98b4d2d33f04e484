"""Emails go to the account's mail server, each at most once, whatever it answers (E-09, E-11, E-12)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.messaging.application.composing import message_with_id
from app.messaging.application.servers import mail_servers, senders
from app.messaging.domain.reasons import Kept
from app.messaging.infrastructure.servers import connection_pool
from app.messaging.infrastructure.servers.connection_pool import MOST
from app.messaging.infrastructure.tables import SendingTurn
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.messaging.settings_page import connect
from tests.services.mail_server import MailServer, mail_server
from tests.unit.workflows.documents import email, step

LAST = step("last", "add_tag", tag="Last")
BODY = "Hi {{ contact.first_name }},\n\nread [our news](https://example.com/news) or\n\n- this\n- that\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person) -> Iterator[MailServer]:
    """A mail server that the account is connected to."""
    settings = app.extensions["settings"]
    monkeypatch.setitem(
        app.extensions,
        "settings",
        settings.__class__(**{**vars(settings), "public_url": "https://m.example"}),
    )
    monkeypatch.setattr(connection_pool, "_fewer", {})  # another server may have had its port
    with mail_server() as running:
        connect(alice, running.port)
        yield running


def mailing(app: Flask, alice: Person, count: int = 2) -> Campaign:
    it = campaign(app, alice.actor, email("hello", "Hi {{ contact.first_name }}", BODY), LAST)
    it.enroll(people(app, alice.actor, count))
    it.move()
    return it


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_an_email_has_all_that_bulk_mail_needs(
    app: Flask, alice: Person, server: MailServer, postal_address: None
) -> None:
    it = mailing(app, alice, 1)
    go_on(it)
    [mail], [message] = server.received, messages(it)
    assert (message.state, message.address, message.answer) == ("sent", "p0@example.com", "250 Kept")
    assert mail["Subject"] == "Hi P000"
    assert mail["From"] == "Agency News <news@example.com>"
    assert mail["To"] == "P000 <p0@example.com>"
    with app.app_context():
        assert message_with_id(mail["Message-ID"]) == message.id
    assert mail["Message-ID"].endswith("@example.com>")
    link = f"https://m.example/u/{message.token}"
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Feedback-ID"].endswith(":muster")
    text, html = part(mail, "plain"), part(mail, "html")
    assert text.startswith("Hi P000,\n\nread our news (https://example.com/news) or\n\n- this\n- that\n")
    assert "1 Quay Street\nBristol" in text and link in text
    [news] = [address for address in re.findall('<a href="(.*?)" style="', html) if "/c/" in address][1:]
    assert app.test_client().get(news).headers["Location"] == "https://example.com/news"
    assert "1 Quay Street<br>Bristol" in html and link in html
    assert set(it.where().values()) == {("completed", "last")}


def test_a_refused_address_fails_and_the_next_email_goes_out(
    app: Flask, alice: Person, server: MailServer
) -> None:
    it = mailing(app, alice)
    server.refusals = {"p0@example.com": "550 Unknown user"}
    go_on(it)
    first, second = messages(it)
    assert (first.state, first.answer) == (
        "failed",
        "The mail server refused the recipient: 550 Unknown user",
    )
    assert second.state == "sent"
    assert sorted(it.where().values()) == [("completed", "last"), ("failed", "hello")]
    assert len(server.received) == 1


def test_what_is_refused_for_now_is_sent_again_later(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice, 1)
    server.refusal = "450 Busy"
    send(it)
    [message] = messages(it)
    assert (message.state, message.attempt, message.due_at) == ("planned", 1, it.at + timedelta(minutes=1))
    send(it)
    assert server.attempts == 1
    server.refusal = ""
    go_on(it, minutes=1)
    assert [one.state for one in messages(it)] == ["sent"]
    assert len(server.received) == 1


def test_after_ten_attempts_it_has_failed(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice, 1)
    server.late_refusal = "452 Full"
    for _ in range(12):
        send(it)
        it.move(hours=6)
    assert server.attempts == 10
    [message] = messages(it)
    assert (message.state, message.attempt) == ("failed", 10)
    assert set(it.where().values()) == {("failed", "hello")}


def test_a_connection_lost_after_the_message_leaves_it_uncertain(
    app: Flask, alice: Person, server: MailServer
) -> None:
    it = mailing(app, alice, 1)
    server.drops = True
    send(it)
    [message] = messages(it)
    assert message.state == "uncertain"
    server.drops = False
    go_on(it, days=2)
    assert server.received == []
    assert set(it.where().values()) == {("active", "hello")}


def test_a_server_that_is_gone_is_asked_once_for_all(app: Flask, alice: Person) -> None:
    connect(alice, 1)
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.__class__(**{**vars(settings), "public_url": "https://m.example"})
    try:
        it = mailing(app, alice, 3)
        send(it)
    finally:
        app.extensions["settings"] = settings
    assert {(one.state, one.attempt) for one in messages(it)} == {("planned", 0)}
    assert {one.answer for one in messages(it)} == {"The mail server refused the connection."}


def test_a_paused_account_sends_nothing(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice, 1)
    with app.app_context():
        mail_servers.change_sending(alice.actor, True, "")
    send(it)
    assert [one.state for one in messages(it)] == ["planned"]
    with app.app_context():
        mail_servers.change_sending(alice.actor, False, "")
    send(it)
    assert len(server.received) == 1


def test_a_rehearsal_reaches_only_some(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice)
    with app.app_context():
        mail_servers.change_sending(alice.actor, False, "p1@example.com")
    go_on(it)
    assert [mail["To"] for mail in server.received] == ["P001 <p1@example.com>"]
    assert [one.answer == Kept.REHEARSAL for one in messages(it)] == [True, False]


def test_a_sender_keeps_its_limits(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice, 5)
    with app.app_context():
        [one] = senders.list_senders(alice.actor)
        typed = {"name": "News", "address": one.address, "reply_to": "", "per_hour": "2", "per_day": "3"}
        senders.change_sender(alice.actor, one.id, typed)
    for hours, sent in ((0, 2), (0, 2), (1.1, 3), (1.1, 3), (22, 5)):
        it.move(hours=hours)
        send(it)
        assert len(server.received) == sent, hours


def test_without_the_address_of_the_server_nothing_is_sent(app: Flask, alice: Person) -> None:
    """Nobody could unsubscribe."""
    with mail_server() as running:
        connect(alice, running.port)
        it = mailing(app, alice, 1)
        send(it)
        assert running.received == []
    assert [one.state for one in messages(it)] == ["planned"]


def test_a_connection_is_used_for_many(app: Flask, alice: Person, server: MailServer) -> None:
    it = mailing(app, alice, 30)
    go_on(it)
    assert len(server.received) == 30
    assert server.connections <= MOST


def test_many_are_handed_over_at_the_same_time(app: Flask, alice: Person, server: MailServer) -> None:
    server.waits_for = MOST
    it = mailing(app, alice, 20)
    go_on(it)
    assert server.most_at_once == server.connections == MOST
    assert len({mail["Message-ID"] for mail in server.received}) == len(server.received) == 20
    assert set(it.where().values()) == {("completed", "last")}
    assert it.numbers_are_right()


def test_a_server_that_lets_in_one_connection_gets_all(app: Flask, alice: Person, server: MailServer) -> None:
    server.lets_in = 1
    it = mailing(app, alice, 20)
    go_on(it)
    assert server.connections == server.most_at_once == 1
    assert len({mail["To"] for mail in server.received}) == len(server.received) == 20
    assert {(one.state, one.attempt) for one in messages(it)} == {("sent", 1)}


@pytest.mark.parametrize("hangs_up", [False, True])
@pytest.mark.parametrize("pipelines", [False, True])
def test_a_server_that_takes_messages_over_one_connection_gets_all(
    app: Flask, alice: Person, server: MailServer, pipelines: bool, hangs_up: bool
) -> None:
    """The next time, only that one is opened."""
    server.listens_to, server.pipelines, server.hangs_up = 1, pipelines, hangs_up
    it = campaign(app, alice.actor, email("hello"), email("again"), LAST)
    it.enroll(people(app, alice.actor, 20))
    it.move()
    send(it)
    assert server.connections > 1
    assert {(one.state, one.attempt) for one in messages(it)} == {("sent", 1)}
    server.connections = 0
    go_on(it)
    assert server.connections == server.most_at_once == 1
    assert {(one.state, one.attempt) for one in messages(it)} == {("sent", 1)}
    assert len({mail["Message-ID"] for mail in server.received}) == len(server.received) == 40


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_server_that_hangs_up_has_said_why(
    app: Flask, alice: Person, server: MailServer, pipelines: bool
) -> None:
    server.pipelines, server.hangs_up, server.sender_refusal = pipelines, True, "421 Too busy"
    it = mailing(app, alice, 2)
    send(it)
    assert {(one.state, one.attempt) for one in messages(it)} == {("planned", 0)}
    assert {one.answer for one in messages(it)} == {"The mail server refused the sender: 421 Too busy"}


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_server_that_hangs_up_on_a_recipient_gets_the_others(
    app: Flask, alice: Person, server: MailServer, pipelines: bool
) -> None:
    server.pipelines, server.hangs_up, server.refusals = pipelines, True, {"p0@example.com": "450 Busy"}
    it = mailing(app, alice, 3)
    send(it)
    assert [one.state for one in messages(it)] == ["planned", "sent", "sent"]
    assert messages(it)[0].answer == "The mail server refused the recipient: 450 Busy"


def test_what_becomes_of_each_is_known_when_many_are_under_way(
    app: Flask, alice: Person, server: MailServer
) -> None:
    server.refusals = {"p3@example.com": "550 Unknown user", "p7@example.com": "450 Busy"}
    it = mailing(app, alice, 20)
    send(it)
    found = {one.address or one.contact_id: one for one in messages(it)}
    assert sorted(one.state for one in found.values()) == ["failed", "planned", *["sent"] * 18]
    assert found["p3@example.com"].answer.endswith("550 Unknown user")
    [later] = [one for one in found.values() if one.state == "planned"]
    assert (later.answer, later.due_at) == (
        "The mail server refused the recipient: 450 Busy",
        it.at + timedelta(minutes=1),
    )
    assert it.numbers_are_right()


@pytest.mark.parametrize(
    ("refusing", "states"),
    [
        ({}, ["sent", "sent", "sent"]),
        ({"refusals": {"p1@example.com": "550 Unknown user"}}, ["sent", "failed", "sent"]),
        ({"refusals": {"p0@example.com": "450 Busy"}}, ["planned", "sent", "sent"]),
        ({"sender_refusal": "553 Not allowed"}, ["planned", "planned", "planned"]),
        ({"late_refusal": "554 Spam"}, ["failed", "failed", "failed"]),
    ],
)
def test_a_server_that_takes_commands_in_one_go(
    app: Flask, alice: Person, server: MailServer, refusing: dict[str, Any], states: list[str]
) -> None:
    server.pipelines = True
    vars(server).update(refusing)
    it = mailing(app, alice, 3)
    send(it)
    assert [one.state for one in messages(it)] == states
    assert len(server.received) == states.count("sent")
    assert server.connections == 1


def test_a_server_that_goes_away_leaves_the_others_planned(
    app: Flask, alice: Person, server: MailServer
) -> None:
    it = mailing(app, alice, 20)
    server.sender_refusal = "553 Not allowed"
    send(it)
    assert {(one.state, one.attempt) for one in messages(it)} == {("planned", 0)}
    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_is_opened_again(
    app: Flask, alice: Person, server: MailServer
) -> None:
    server.closes_after = 1
    it = mailing(app, alice, 3)
    go_on(it)
    assert [one.state for one in messages(it)] == ["sent"] * 3
    assert len(server.received) == 3


def test_names_and_addresses_in_all_alphabets(app: Flask, alice: Person, server: MailServer) -> None:
    it = campaign(app, alice.actor, email("hello", "Grüße 🎉", "Für **dich** " + "lang " * 400), LAST)
    it.enroll(
        [
            add(app, alice.actor, "jürgen@example.com", first_name="Jürgen", last_name='"Größe", Dr.'),
            add(app, alice.actor, "p1@bücher.example", first_name="One"),
            add(app, alice.actor, "p2@example.com", first_name="Two"),
        ]
    )
    go_on(it)
    assert [one.state for one in messages(it)] == ["sent"] * 3
    assert [mail["Subject"] for mail in server.received] == ["Grüße 🎉"] * 3
    [to] = server.received[0]["To"].addresses
    assert to.addr_spec.encode("utf-8", "surrogateescape").decode() == "jürgen@example.com"
    assert to.display_name == 'Jürgen "Größe", Dr.'
    assert part(server.received[2], "plain").startswith("Für dich lang lang")


def test_letters_that_a_mail_server_does_not_take_fail_one(
    app: Flask, alice: Person, server: MailServer
) -> None:
    server.takes_all_letters = False
    it = campaign(app, alice.actor, email("hello"), LAST)
    it.enroll([add(app, alice.actor, "jürgen@example.com"), add(app, alice.actor, "p2@example.com")])
    go_on(it)
    first, second = messages(it)
    assert (first.state, second.state) == ("failed", "sent")
    assert first.answer == "The mail server can’t deliver to addresses with letters beyond a to z."


def test_a_sender_that_is_refused_is_no_fault_of_the_recipients(
    app: Flask, alice: Person, server: MailServer
) -> None:
    server.sender_refusal = "553 Not allowed"
    it = mailing(app, alice, 3)
    send(it)
    assert {(one.state, one.attempt) for one in messages(it)} == {("planned", 0)}
    assert "553 Not allowed" in messages(it)[0].answer
    server.sender_refusal = ""
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        session().execute(sa.delete(SendingTurn).where(SendingTurn.account_id == alice.actor.account_id))
    go_on(it, minutes=1)
    assert len(server.received) == 3

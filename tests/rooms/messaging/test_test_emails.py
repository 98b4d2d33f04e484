"""A test email: what the mail server answers is told in a sentence, and in place (E-12)."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.messaging.application.servers import server_tests
from app.messaging.application.servers.server_tests import ServerAnswer, send_test
from app.platform.errors import Conflict, Invalid, NotAllowed
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.messaging.settings_page import PAGE, PASSWORD, SENDER, connect, server
from tests.services.mail_server import CERTIFICATE, MailServer, mail_server
from tests.services.ports import free_port

TO = "alice@example.com"
LOGIN = {"user": "agency", "password": PASSWORD}


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server that nobody signs in to."""
    with mail_server() as running:
        yield running


def answer_to(app: Flask, person: Person, to: str = TO) -> ServerAnswer:
    with app.app_context():
        return send_test(person.actor, to)


def test_an_accepted_email(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    answer = alice.htmx("post", f"{PAGE}/test", data={"to": TO})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section") and "<html" not in answer.text
    assert "The mail server accepted the email for alice@example.com: 250 Kept" in answer.text
    [mail] = mails.received
    assert mail["From"] == "Agency News <news@example.com>" and mail["To"] == TO
    assert mail["Subject"] == "Test email from Agency"
    body = mail.get_body(("plain",))
    assert body is not None and "Alice sent this email" in " ".join(body.get_content().split())
    assert "sent a test email through the mail server 127.0.0.1" in words_of(alice.get("/activity").text)


def test_without_scripts_the_whole_page_is_the_answer(alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    answer = alice.post(f"{PAGE}/test", {"to": TO})
    assert answer.status_code == 200 and "<html" in answer.text and "250 Kept" in answer.text


def test_replies_go_where_the_sender_says(app: Flask, alice: Person, mails: MailServer) -> None:
    alice.post(PAGE, server(mails.port))
    alice.post(f"{PAGE}/senders", SENDER | {"reply_to": "support@example.com"})
    assert answer_to(app, alice).is_accepted
    assert mails.received[0]["Reply-To"] == "support@example.com"


def test_a_refused_recipient(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    mails.refusal = "550 <b>No</b> such user"
    answer = alice.htmx("post", f"{PAGE}/test", data={"to": TO})
    assert "The mail server refused the recipient: 550 &lt;b&gt;No&lt;/b&gt; such user" in answer.text
    mails.refusal, mails.late_refusal = "", "554 Looks like spam"
    assert answer_to(app, alice) == ServerAnswer(
        False, "The mail server refused the message: 554 Looks like spam"
    )
    assert mails.received == []


def test_a_connection_that_is_lost(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    mails.drops = True
    answer = answer_to(app, alice)
    assert not answer.is_accepted and "was lost" in answer.text


@pytest.mark.parametrize("scheme", ["smtp", "starttls", "smtps"])
def test_signing_in(app: Flask, alice: Person, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    security = {"smtp": "none", "smtps": "tls"}.get(scheme, scheme)
    with mail_server(scheme, login=("agency", PASSWORD)) as mails:
        connect(alice, mails.port, security=security, **LOGIN)
        assert answer_to(app, alice).is_accepted
        wrong = server(mails.port, security=security, **LOGIN | {"password": "another"})
        assert alice.post(PAGE, wrong).status_code == 303
        assert answer_to(app, alice) == ServerAnswer(
            False, "The mail server refused the user name or password (535)."
        )
        assert len(mails.received) == 1


def test_a_server_without_starttls(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port, security="starttls")
    assert answer_to(app, alice) == ServerAnswer(False, "The mail server doesn’t offer STARTTLS.")
    assert mails.attempts == 0


def test_a_server_without_tls(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port, security="tls")
    assert answer_to(app, alice).text == "The mail server doesn’t use TLS on this port."


def test_a_server_that_wants_tls(app: Flask, alice: Person) -> None:
    with mail_server("starttls") as mails:
        connect(alice, mails.port)
        answer = answer_to(app, alice)
        assert not answer.is_accepted and "530" in answer.text
        assert mails.received == []


def test_certificates_are_checked(app: Flask, alice: Person) -> None:
    for scheme, security in (("starttls", "starttls"), ("smtps", "tls")):
        with mail_server(scheme) as mails:
            alice.post(PAGE, server(mails.port, security=security))
            alice.post(f"{PAGE}/senders", SENDER)
            answer = answer_to(app, alice)
            assert answer.text == "The mail server’s certificate isn’t valid: self-signed certificate."
            assert mails.received == []


def test_a_server_where_nobody_can_sign_in(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port, **LOGIN)
    assert "doesn’t offer to sign in" in answer_to(app, alice).text


def test_a_closed_port(app: Flask, alice: Person) -> None:
    connect(alice, free_port())
    assert answer_to(app, alice).text == "The mail server refused the connection."


def test_an_unknown_name(app: Flask, alice: Person) -> None:
    connect(alice, host="no-such-host.invalid")
    assert answer_to(app, alice).text == "The name of the mail server isn’t known."


def test_a_silent_server(app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_tests, "TEST_TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connect(alice, silent.getsockname()[1])
        assert answer_to(app, alice).text == "The mail server didn’t respond in time."


def test_a_name_that_leads_to_a_forbidden_address(
    app: Flask, alice: Person, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was checked is the one that is connected to."""
    connect(alice, mails.port, host="smtp.example.com")
    real, asked = socket.getaddrinfo, []
    answers = ["169.254.169.254"]

    def resolve(host: str, port: int, *more: Any, **options: Any) -> Any:
        asked.append(host)
        return [found for address in answers for found in real(address, port, *more, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert answer_to(app, alice).text == "Emails can’t be sent to the address of this mail server."
    assert asked == ["smtp.example.com"]
    answers.append("127.0.0.1")
    asked.clear()
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *more, **options: (
            resolve(host, *more, **options) if host == "smtp.example.com" else real(host, *more, **options)
        ),
    )
    assert answer_to(app, alice).is_accepted
    assert asked == ["smtp.example.com"], "a name is resolved once"


def test_mistakes_are_told_in_place(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    for to in ("", "alice", "a@b@example.com", "ann@example.com, ben@example.com"):
        answer = alice.htmx("post", f"{PAGE}/test", data={"to": to})
        assert answer.status_code == 422 and 'id="to-error"' in answer.text
    assert mails.attempts == 0


def test_a_rehearsal_holds_for_test_emails_and_a_pause_does_not(
    app: Flask, alice: Person, mails: MailServer
) -> None:
    connect(alice, mails.port)
    alice.post(f"{PAGE}/sending", {"sending_paused": "y", "only_to": "example.org"})
    with pytest.raises(Invalid):
        answer_to(app, alice, "ann@example.com")
    assert answer_to(app, alice, "ann@example.org").is_accepted


def test_without_a_server_there_is_nothing_to_test(app: Flask, alice: Person) -> None:
    assert alice.htmx("post", f"{PAGE}/test", data={"to": TO}).status_code == 409
    with pytest.raises(Conflict):
        answer_to(app, alice)


def test_test_emails_are_limited(app: Flask, alice: Person, mails: MailServer) -> None:
    connect(alice, mails.port)
    for _ in range(server_tests.MOST_TESTS):
        assert answer_to(app, alice).is_accepted
    answer = alice.htmx("post", f"{PAGE}/test", data={"to": TO})
    assert answer.status_code == 429 and "Try again later." in answer.text
    assert len(mails.received) == server_tests.MOST_TESTS


def test_only_those_who_manage_the_account_send_tests(
    app: Flask, alice: Person, bob: Person, vera: Person, mallory: Person, mails: MailServer
) -> None:
    connect(alice, mails.port)
    for person in (bob, vera):
        assert person.post(f"{PAGE}/test", {"to": TO}).status_code == 403
        with pytest.raises(NotAllowed):
            answer_to(app, person)
    assert mallory.post(f"{PAGE}/test", {"to": TO}).status_code == 409, "it isn’t her server"
    assert mails.attempts == 0

"""An account's mail server: connecting, changing, pausing, and rehearsals (E-12, E-13, W-05)."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import AuditEntry
from app.contacts import application as contacts
from app.messaging.application.servers.mail_servers import save_mail_server
from app.messaging.application.servers.senders import chosen
from app.messaging.infrastructure.servers.tables import MailServerRow
from app.platform.database import session
from app.platform.errors import NotAllowed
from app.platform.tenancy import acting_for
from tests.people import Person, sign_in
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.engine.enrolled import people
from tests.rooms.messaging.settings_page import PAGE, PASSWORD, SENDER, connect, server
from tests.services.statements import statements

SIGNED = {"host": "smtp.example.com", "security": "starttls", "user": "alice", "password": PASSWORD}


def saved(app: Flask, person: Person) -> MailServerRow | None:
    with app.app_context(), acting_for(person.actor.account_id):
        query = sa.select(MailServerRow).where(MailServerRow.account_id == person.actor.account_id)
        return session().scalar(query)


def public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the installation have a public address."""
    settings = replace(app.extensions["settings"], public_url="https://muster.example.com")
    monkeypatch.setitem(app.extensions, "settings", settings)


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_without_a_mail_server_the_page_says_what_happens(alice: Person) -> None:
    page = words_of(alice.get(PAGE).text)
    assert "No mail server yet" in page and "kept in the outbox" in page
    assert 'href="/messages"' in main_of(alice.get(PAGE).text)
    assert 'href="/settings/email"' in alice.get("/settings").text
    assert 'href="/settings/email"' in main_of(alice.get("/settings/integrations").text)


def test_a_mail_server_is_connected(app: Flask, alice: Person) -> None:
    answer = alice.post(PAGE, server(587, **SIGNED))
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = alice.get(PAGE).text
    assert 'value="smtp.example.com"' in page and 'value="587"' in page and 'value="alice"' in page
    assert "Mail server connected." in page and 'href="#sender-form"' in page
    with app.app_context():
        assert chosen(alice.actor.account_id) is None, "emails need a sender, too"
    page = main_of(alice.post(f"{PAGE}/senders", SENDER, follow_redirects=True).text)
    assert 'href="#mail-test"' in page and "Verify example.com" in page
    assert 'href="#mail-test"' not in alice.get(PAGE).text
    assert alice.post(PAGE, server(587, **SIGNED), follow_redirects=True).text.count("Saved.") == 1
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None
    known = found.server
    assert (known.host, known.port, known.security) == ("smtp.example.com", 587, "starttls")
    assert (known.user, known.password) == ("alice", PASSWORD)
    assert (found.sender().sender.name, found.sender().sender.address) == ("Agency News", "news@example.com")
    assert not found.is_paused and found.reaches("anyone@example.org")


def test_the_password_is_encrypted_and_never_shown(
    app: Flask, alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    connect(alice, 587, **SIGNED)
    alice.post(PAGE, server(465, **SIGNED | {"security": "tls", "password": f"{PASSWORD}!"}))
    wrong = alice.post(PAGE, server(0, **SIGNED))
    assert wrong.status_code == 422
    row = saved(app, alice)
    assert row is not None and row.password and PASSWORD not in row.password
    assert all(
        PASSWORD not in page for page in (wrong.text, alice.get(PAGE).text, alice.get("/activity").text)
    )
    with app.app_context(), acting_for(alice.actor.account_id):
        entries = session().scalars(
            sa.select(AuditEntry.facts).where(AuditEntry.account_id == alice.actor.account_id)
        )
        assert PASSWORD not in str(entries.all())
        found = chosen(alice.actor.account_id)
        assert found is not None and found.server.password == f"{PASSWORD}!"
    assert PASSWORD not in caplog.text


def test_the_saved_password_stays_only_where_it_was_meant_for(app: Flask, alice: Person) -> None:
    connect(alice, 587, **SIGNED)
    kept = SIGNED | {"password": ""}
    assert alice.post(PAGE, server(465, **kept | {"security": "tls"})).status_code == 303
    for change in ({"host": "smtp.example.org"}, {"user": "mallory"}, {"security": "none"}):
        answer = alice.post(PAGE, server(465, **kept | {"security": "tls"} | change))
        assert answer.status_code == 422 and 'id="password-error"' in answer.text
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and (found.server.host, found.server.password) == ("smtp.example.com", PASSWORD)
    assert alice.post(PAGE, server(25, host="smtp.example.org")).status_code == 303, "nobody signs in"
    row = saved(app, alice)
    assert row is not None and row.password == ""


def test_a_password_that_cannot_be_read_stops_sending(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(alice, 587, **SIGNED)
    settings = replace(app.extensions["settings"], secret_key="another secret key of this server")
    monkeypatch.setitem(app.extensions, "settings", settings)
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and found.is_paused and found.server.password == ""
    assert "Enter the password again" in words_of(alice.get(PAGE).text)
    alice.post(PAGE, server(587, **SIGNED))
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and not found.is_paused and found.server.password == PASSWORD


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "https://smtp.example.com"}, "host"),
        ({"host": "169.254.169.254"}, "host"),
        ({"port": "smtp"}, "port"),
        ({"security": "x"}, "security"),
        ({"user": "alice"}, "password"),
        ({"password": PASSWORD}, "user"),
    ],
)
def test_mistakes_are_told_at_their_field(
    app: Flask, alice: Person, change: dict[str, str], field: str
) -> None:
    answer = alice.post(PAGE, server(**change))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text and "Please fix the following" in answer.text
    assert saved(app, alice) is None


def test_without_a_public_address_the_page_says_that_nothing_is_sent(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(alice)
    assert "PUBLIC_URL" in alice.get(PAGE).text
    public(app, monkeypatch)
    assert "PUBLIC_URL" not in alice.get(PAGE).text
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and found.server.name == "muster.example.com"


def test_pausing_and_rehearsals(app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    public(app, monkeypatch)
    assert alice.post(f"{PAGE}/sending", {"sending_paused": "y"}).status_code == 303
    assert "Sending is paused" in alice.get(PAGE).text, "there is no server, but text messages wait, too"
    connect(alice)
    typed = {"sending_paused": "y", "only_to": "Ann@Example.com\nexample.org"}
    assert alice.post(f"{PAGE}/sending", typed).status_code == 303
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and found.is_paused
    assert found.only_to == ("ann@example.com", "example.org")
    assert found.reaches("ann@example.com") and found.reaches("x@example.org")
    assert not found.reaches("ben@example.com")
    page = alice.get(PAGE).text
    assert "Sending is paused" in page and "ann@example.com\nexample.org" in page
    assert re.search(r'<input [^>]*checked[^>]*id="sending_paused"', page)
    alice.post(f"{PAGE}/sending", {"only_to": "example.org"})
    assert "Rehearsal" in alice.get(PAGE).text
    wrong = alice.post(f"{PAGE}/sending", {"only_to": "everyone", "sending_paused": "y"})
    assert wrong.status_code == 422 and 'id="only_to-error"' in wrong.text
    with app.app_context():
        found = chosen(alice.actor.account_id)
        assert found is not None and not found.is_paused and found.only_to == ("example.org",)


def test_an_erased_person_leaves_a_rehearsal_that_goes_on(app: Flask, alice: Person) -> None:
    connect(alice)
    [person] = people(app, alice.actor, 1)
    alice.post(f"{PAGE}/sending", {"only_to": "p0@example.com"})
    with app.app_context(), acting_for(alice.actor.account_id):
        contacts.erase_contact(alice.actor, person)
        found = chosen(alice.actor.account_id)
    assert found is not None and found.only_to == ("[erased]",)
    assert not found.reaches("p0@example.com") and not found.reaches("ben@example.com")
    assert alice.post(f"{PAGE}/sending", {"only_to": "[erased]\nben@example.com"}).status_code == 303
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and found.reaches("ben@example.com") and not found.reaches("[erased]")


def test_a_change_of_the_server_keeps_the_brakes(app: Flask, alice: Person) -> None:
    connect(alice)
    alice.post(f"{PAGE}/sending", {"sending_paused": "y", "only_to": "example.org"})
    alice.post(PAGE, server(2525))
    with app.app_context():
        found = chosen(alice.actor.account_id)
    assert found is not None and found.server.port == 2525
    assert found.is_paused and found.only_to == ("example.org",)


def test_a_disconnected_server_is_forgotten(app: Flask, alice: Person) -> None:
    connect(alice)
    for _ in range(2):
        assert alice.post(f"{PAGE}/removal").status_code == 303
    assert saved(app, alice) is None
    page = words_of(alice.get(PAGE).text)
    assert "No mail server yet" in page and "Agency News" in page, "senders stay"
    log = words_of(alice.get("/activity").text)
    assert log.count("disconnected the mail server") == 1


def test_the_activity_log_says_what_was_done(alice: Person) -> None:
    connect(alice)
    alice.post(PAGE, server(2525))
    alice.post(PAGE, server(2525))
    alice.post(f"{PAGE}/sending", {"sending_paused": "y", "only_to": "example.org"})
    alice.post(f"{PAGE}/sending", {})
    log = words_of(alice.get("/activity").text)
    for sentence in (
        "connected the mail server 127.0.0.1",
        "changed the mail server 127.0.0.1 (port)",
        "paused the sending of messages",
        "limited the sending of messages to listed addresses",
        "resumed the sending of messages",
        "allowed the sending of messages to all addresses",
        "added the sender news@example.com",
    ):
        assert log.count(sentence) == 1, sentence


def test_only_those_who_manage_the_account_see_and_change_it(
    app: Flask, alice: Person, bob: Person, vera: Person
) -> None:
    for person in (bob, vera):
        assert "No mail server with a sender is connected" in words_of(person.get(PAGE).text)
    connect(alice, **SIGNED)
    for person in (bob, vera):
        page = main_of(person.get(PAGE).text)
        assert "sent through your mail server" in page
        assert "smtp.example.com" not in page and "<form" not in page
        for part, data in (("", server(26)), ("/removal", {}), ("/sending", {"sending_paused": "y"})):
            assert person.post(f"{PAGE}{part}", data).status_code == 403
        with app.app_context(), pytest.raises(NotAllowed):
            save_mail_server(person.actor, server(26))
    row = saved(app, alice)
    assert row is not None and row.host == "smtp.example.com"
    assert "Sending is paused" not in alice.get(PAGE).text


def test_accounts_have_servers_of_their_own(app: Flask, alice: Person, sam: Person, mallory: Person) -> None:
    connect(alice, 2525)
    for person in (sam, mallory):
        assert "No mail server yet" in person.get(PAGE).text
        with app.app_context():
            assert chosen(person.actor.account_id) is None
    connect(sam, 2626)
    person_ports = {}
    for person in (alice, sam):
        with app.app_context():
            found = chosen(person.actor.account_id)
        assert found is not None
        person_ports[person.actor.name] = found.server.port
    assert person_ports == {"Alice": 2525, "Sam": 2626}


def test_two_changes_at_once_leave_one_server(app: Flask, alice: Person) -> None:
    """Also from another browser."""
    other = sign_in(app, "alice")
    for person, port in ((alice, 2525), (other, 2626)):
        person.post(PAGE, server(port))
    row = saved(app, alice)
    assert row is not None and row.port == 2626


def test_statements_of_a_page_do_not_grow(app: Flask, alice: Person) -> None:
    def asked() -> int:
        with statements(app) as found:
            alice.get(PAGE)
        return len(found)

    connect(alice)
    asked()
    before = asked()
    for number in range(10):
        alice.post(f"{PAGE}/senders", SENDER | {"address": f"news{number}@example.com"})
    asked()
    assert asked() == before

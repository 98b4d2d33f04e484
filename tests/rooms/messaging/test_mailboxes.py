"""The mailbox that replies and returned emails come to (E-17)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.messaging.application.composing import message_id_of
from app.messaging.application.mailbox import reading
from app.messaging.infrastructure.servers import mailbox_store as store
from app.messaging.infrastructure.servers.mailboxes import MOST_OF_A_MAIL
from app.messaging.infrastructure.servers.tables import Mailbox
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.messaging.incoming import complaint, reply, returned
from tests.rooms.messaging.mailing import messages
from tests.rooms.messaging.settings_page import PAGE, PASSWORD, connect
from tests.rooms.messaging.test_feedback import status_of, waiting
from tests.services.imap_server import ImapServer, imap_server

BOX = f"{PAGE}/mailbox"


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def typed(number: int, **changes: Any) -> dict[str, str]:
    known = {"host": "127.0.0.1", "port": str(number), "security": "none", "user": "alice"}
    values = known | {"password": PASSWORD, "folder": "INBOX"} | changes
    return {f"mailbox_{name}": value for name, value in values.items()}


def row(app: Flask, person: Person) -> Mailbox | None:
    with app.app_context(), acting_for(person.actor.account_id):
        return store.mailbox_of(person.actor.account_id)


def mailbox(app: Flask, person: Person) -> Mailbox:
    found = row(app, person)
    assert found is not None
    return found


def read(app: Flask, person: Person) -> None:
    """Let a worker read the mailbox, whenever its time is."""
    account_id = person.actor.account_id
    with app.app_context(), acting_for(account_id):
        with transaction():
            session().execute(
                sa.update(Mailbox).where(Mailbox.account_id == account_id).values(next_at=None),
                execution_options={"synchronize_session": False},
            )
        reading.read_mailbox(account_id)


def part(app: Flask, message: Message) -> str:
    with app.app_context():
        return message_id_of(message.id)


def test_what_comes_to_the_mailbox_is_recorded_once(app: Flask, alice: Person, imap: ImapServer) -> None:
    it, ids = waiting(app, alice)
    one, two = (part(app, message) for message in messages(it))
    imap.put("Subject: Hello\n\nHi", returned(one), reply(two))
    assert alice.post(BOX, typed(imap.port)).status_code == 303
    read(app, alice)
    first, second = messages(it)
    assert (first.state, first.answer) == ("bounced", "550 5.1.1 No such user")
    assert second.replied_at is not None and second.replied_at.isoformat() == "2026-03-01T09:00:00+00:00"
    assert (mailbox(app, alice).last_uid, mailbox(app, alice).uid_validity) == (3, 7)
    assert mailbox(app, alice).read_at is not None
    asked = imap.count("FETCH")
    read(app, alice)
    assert imap.count("FETCH") == asked == 3, "each email is read once"
    imap.put(complaint(two))
    read(app, alice)
    assert [status_of(app, alice, one) for one in ids] == ["bounced", "unsubscribed"]
    assert not imap.count("STORE") and not imap.count("SELECT") and imap.count("PEEK") == 4


def test_emails_of_other_accounts_and_made_up_ones_change_nothing(
    app: Flask, alice: Person, mallory: Person, imap: ImapServer
) -> None:
    it, ids = waiting(app, alice)
    known = part(app, messages(it)[0])
    imap.put(returned(known), complaint(known), reply(known), returned("0" * 48), returned("x"))
    mallory.post(BOX, typed(imap.port))
    read(app, mallory)
    assert mailbox(app, mallory).last_uid == 5
    assert [message.state for message in messages(it)] == ["sent", "sent"]
    assert status_of(app, alice, ids[0]) == "active"


def test_hostile_emails_do_not_stop_those_after_them(app: Flask, alice: Person, imap: ImapServer) -> None:
    it, _ = waiting(app, alice)
    known = part(app, messages(it)[0])
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 5_000
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000)
    )
    imap.put(
        nested,
        parts,
        b"\xff\x00\x80" * 1000,
        b"",
        b"References: " + b"<" * 100_000 + b"\r\n\r\n",
        returned(known, said="550 \x00\x1b[31m" + "x" * 5_000).encode() + b"x" * (2 * MOST_OF_A_MAIL),
    )
    alice.post(BOX, typed(imap.port))
    read(app, alice)
    [message, _] = messages(it)
    assert message.state == "bounced" and message.answer.isprintable() and len(message.answer) == 300
    assert mailbox(app, alice).last_uid == 6 and mailbox(app, alice).failure == ""


def test_reading_goes_on_where_it_ended(
    app: Flask, alice: Person, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_A_TURN", 3)
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    imap.put(*[f"Subject: {n}\n\nHi" for n in range(1, 8)])
    alice.post(BOX, typed(imap.port))
    imap.hangs_up_at = "UID FETCH 3"
    read(app, alice)
    assert mailbox(app, alice).last_uid == 2, "what was read before the connection was lost"
    assert "closed the connection" in mailbox(app, alice).failure and mailbox(app, alice).failures == 1
    assert "closed the connection" in words_of(alice.get(PAGE).text)
    imap.hangs_up_at = ""
    for last in (5, 7):
        read(app, alice)
        assert mailbox(app, alice).last_uid == last
    assert mailbox(app, alice).failures == 0
    imap.put(*[f"Subject: {n}\n\nHi" for n in range(3)])
    monkeypatch.setattr(reading, "SECONDS_IN_A_ROW", 0.0)
    read(app, alice)
    assert (mailbox(app, alice).last_uid, mailbox(app, alice).failure) == (9, "")


def test_only_recent_emails_are_read_at_first_and_after_new_numbers(
    app: Flask, alice: Person, imap: ImapServer
) -> None:
    imap.put(*[f"Subject: {n}\n\nHi" for n in range(1, 6)])
    imap.recent_from = 4
    alice.post(BOX, typed(imap.port))
    read(app, alice)
    assert imap.count("FETCH") == 2
    imap.validity, imap.emails, imap.recent_from = 8, {}, 1
    imap.put("Subject: new\n\nHi")
    read(app, alice)
    assert imap.count("FETCH") == 3
    assert (mailbox(app, alice).uid_validity, mailbox(app, alice).last_uid) == (8, 1)


@pytest.mark.parametrize("floods", [True, False])
def test_a_server_that_says_too_much_is_left(
    app: Flask, alice: Person, imap: ImapServer, floods: bool
) -> None:
    imap.put("Subject: 1\n\nHi")
    imap.floods, imap.claims = floods, 0 if floods else 10**9
    alice.post(BOX, typed(imap.port))
    read(app, alice)
    assert mailbox(app, alice).failure and mailbox(app, alice).last_uid == 0


def test_who_reads_waits_longer_after_each_failure(app: Flask, alice: Person) -> None:
    alice.post(BOX, typed(1))
    waits = []
    for _ in range(3):
        read(app, alice)
        next_at = mailbox(app, alice).next_at
        assert next_at is not None
        waits.append(round((next_at - now()) / timedelta(minutes=1)))
    assert waits == [1, 2, 4]
    assert "refused the connection" in mailbox(app, alice).failure


def test_one_at_a_time_reads_and_who_is_late_writes_nothing(
    app: Flask, alice: Person, imap: ImapServer
) -> None:
    alice.post(BOX, typed(imap.port))
    account_id = alice.actor.account_id
    with app.app_context(), acting_for(account_id):
        with transaction():
            taken = store.take_turn(account_id)
            assert taken is not None
            turn = taken.turn
        with transaction():
            assert store.take_turn(account_id) is None and account_id not in store.accounts_due(10)
    alice.post(BOX, typed(imap.port, folder="Bounces"))
    with app.app_context(), acting_for(account_id):
        with transaction():
            assert not store.keep_place(account_id, turn, 7, 99)
            store.end_turn(account_id, turn, 60, "Late")
        assert account_id in store.accounts_due(10)
    found = mailbox(app, alice)
    assert (found.uid_validity, found.last_uid, found.failure) == (None, 0, "")


def test_the_mailbox_is_tested(app: Flask, alice: Person, imap: ImapServer) -> None:
    connect(alice)
    assert alice.post(f"{BOX}/test").status_code == 409
    imap.put("Subject: 1\n\nHi")
    alice.post(BOX, typed(imap.port))
    assert "The mailbox can be read. It has 1 email." in words_of(alice.post(f"{BOX}/test").text)
    alice.post(BOX, typed(imap.port, folder="Other"))
    assert "The folder “Other” can’t be opened: not here" in words_of(alice.post(f"{BOX}/test").text)
    alice.post(BOX, typed(imap.port, password="wrong"))
    page = words_of(alice.post(f"{BOX}/test").text)
    assert "Invalid credentials" in page and "wrong" not in page


def test_a_secure_mailbox(app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with imap_server(is_secure=True) as secure:
        connect(alice)
        alice.post(BOX, typed(secure.port, security="tls"))
        assert "certificate isn’t valid" in words_of(alice.post(f"{BOX}/test").text)
        assert not secure.said, "the password is sent to nobody whose certificate is wrong"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "169.254.169.254"}, "host"),
        ({"port": "x"}, "port"),
        ({"user": ""}, "user"),
        ({"password": ""}, "password"),
        ({"folder": "a\r\nb"}, "folder"),
    ],
)
def test_mistakes_are_told_at_their_field(
    app: Flask, alice: Person, change: dict[str, str], field: str
) -> None:
    connect(alice)
    answer = alice.post(BOX, typed(993, **change))
    assert answer.status_code == 422 and f'id="mailbox_{field}-error"' in answer.text
    assert row(app, alice) is None


def test_the_password_stays_where_it_was_meant_for(app: Flask, alice: Person) -> None:
    alice.post(BOX, typed(993))
    assert alice.post(BOX, typed(143, password="")).status_code == 303
    for change in ({"host": "imap.example.org"}, {"user": "mallory"}):
        assert alice.post(BOX, typed(143, password="", **change)).status_code == 422
    found = mailbox(app, alice)
    assert found.port == 143 and PASSWORD not in found.password and PASSWORD not in alice.get(PAGE).text


def test_only_those_who_manage_the_account_change_it(
    app: Flask, alice: Person, bob: Person, mallory: Person
) -> None:
    alice.post(BOX, typed(993))
    for address in (BOX, f"{BOX}/test", f"{BOX}/removal"):
        assert bob.post(address, typed(25)).status_code == 403
    mallory.post(f"{BOX}/removal")
    assert mailbox(app, alice).port == 993
    for _ in range(2):
        assert alice.post(f"{BOX}/removal").status_code == 303
    assert row(app, alice) is None
    log = words_of(alice.get("/activity").text)
    assert log.count("connected the mailbox 127.0.0.1") == 2  # also as a part of “disconnected”

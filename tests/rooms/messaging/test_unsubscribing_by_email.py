"""Emails can be unsubscribed from by email, if a mailbox is connected (E-16)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.messaging.application.opting_out import unsubscribing
from app.platform.clock import now
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.settings_page import connect
from tests.rooms.messaging.test_feedback import status_of, waiting
from tests.rooms.messaging.test_mailboxes import BOX, read, typed
from tests.services.imap_server import ImapServer, imap_server
from tests.services.mail_server import mail_server
from tests.unit.workflows.documents import email


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def internal_date(at: datetime) -> str:
    return at.strftime("%d-%b-%Y %H:%M:%S +0000")


def asking(token: str, **more: str) -> str:
    headers = {"From": "ann@example.com", "Subject": f"unsubscribe {token}", **more}
    return "".join(f"{name}: {text}\n" for name, text in headers.items()) + "\n"


def resubscribe(app: Flask, person: Person, contact_id: int) -> None:
    with app.app_context(), acting_for(person.actor.account_id):
        contacts.reactivate(person.actor, contact_id, "They asked by phone")


def test_an_email_unsubscribes_once(app: Flask, alice: Person, imap: ImapServer) -> None:
    it, ids = waiting(app, alice)
    one, two = messages(it)
    assert alice.post(BOX, typed(imap.port)).status_code == 303
    imap.put(asking(one.token, **{"Auto-Submitted": "auto-generated"}), asking(two.token[:-1]))
    read(app, alice)
    assert [status_of(app, alice, one) for one in ids] == ["unsubscribed", "active"]
    assert "Email from the link" in alice.get(f"/contacts/{ids[0]}").text
    assert messages(it)[0].unsubscribed_at is not None
    resubscribe(app, alice, ids[0])
    imap.came = internal_date(messages(it)[0].unsubscribed_at - timedelta(minutes=1))
    imap.put(asking(one.token))
    read(app, alice)
    assert status_of(app, alice, ids[0]) == "active", "the same email may be read again"
    imap.came = internal_date(now() + timedelta(minutes=1))
    imap.put(asking(one.token))
    read(app, alice)
    assert status_of(app, alice, ids[0]) == "unsubscribed", "they have asked again"


def test_whoever_has_left_a_workflow_can_still_unsubscribe_by_email(
    app: Flask, alice: Person, imap: ImapServer
) -> None:
    it, ids = waiting(app, alice)
    assert alice.post(BOX, typed(imap.port)).status_code == 303
    [one, _] = messages(it)
    with app.app_context():
        unsubscribing.leave_workflow(one.token)
    assert status_of(app, alice, ids[0]) == "active"
    imap.came = internal_date(now() + timedelta(minutes=1))
    imap.put(asking(one.token))
    read(app, alice)
    assert status_of(app, alice, ids[0]) == "unsubscribed"


def test_other_accounts_and_other_subjects(
    app: Flask, alice: Person, mallory: Person, imap: ImapServer
) -> None:
    it, ids = waiting(app, alice)
    token = messages(it)[0].token
    mallory.post(BOX, typed(imap.port))
    imap.put(asking(token), asking("0" * 32))
    read(app, mallory)
    assert status_of(app, alice, ids[0]) == "active"


def test_other_subjects_unsubscribe_nobody(app: Flask, alice: Person, imap: ImapServer) -> None:
    it, ids = waiting(app, alice)
    token = messages(it)[0].token
    alice.post(BOX, typed(imap.port))
    for subject in (
        f"Undeliverable: unsubscribe {token}",
        "unsubscribe",
        f"unsubscribe {token}{token}",
        token,
    ):
        imap.put(asking(token, Subject=subject))
    read(app, alice)
    assert status_of(app, alice, ids[0]) == "active"


def test_the_header_names_the_mailbox_once_it_can_be_read(
    app: Flask, alice: Person, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["settings"]
    known = settings.__class__(**{**vars(settings), "public_url": "https://m.example"})
    monkeypatch.setitem(app.extensions, "settings", known)
    with mail_server() as server:
        connect(alice, server.port)
        it = campaign(app, alice.actor, email())
        for is_read in (False, True):
            alice.post(BOX, typed(imap.port))
            if is_read:
                read(app, alice)
            it.enroll([add(app, alice.actor, f"{is_read}@example.com")])
            it.move()
            go_on(it)
            token, header = messages(it)[-1].token, server.received[-1]["List-Unsubscribe"]
            mail = f", <mailto:news@example.com?subject=unsubscribe%20{token}>" if is_read else ""
            assert " ".join(header.split()) == f"<https://m.example/u/{token}>{mail}"

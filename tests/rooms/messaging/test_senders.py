"""Whom an account's emails are from (E-12)."""

import re

import pytest
from flask import Flask

from app.messaging.application.servers import senders
from app.messaging.application.servers.senders import MAX_SENDERS, OwnSender, chosen
from app.messaging.domain.mail_settings import Limits
from app.platform.errors import LimitReached, NotAllowed
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.messaging.settings_page import PAGE, SENDER, connect

SUPPORT = {"name": "Support", "address": "support@example.com"}


def add(app: Flask, person: Person, typed: dict[str, str]) -> int:
    with app.app_context():
        return senders.add_sender(person.actor, typed)


def default(app: Flask, person: Person) -> OwnSender:
    with app.app_context():
        found = chosen(person.actor.account_id)
    assert found is not None
    return found.sender()


def listed(app: Flask, person: Person) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(one.address, one.is_default) for one in senders.list_senders(person.actor)]


def test_the_first_sender_is_the_default(app: Flask, alice: Person) -> None:
    connect(alice)
    add(app, alice, SUPPORT)
    assert listed(app, alice) == [("news@example.com", True), ("support@example.com", False)]
    page = words_of(alice.get(PAGE).text)
    assert "Agency News Default news@example.com" in page and "Support support@example.com" in page


def test_a_sender_has_a_reply_address_and_limits(app: Flask, alice: Person) -> None:
    connect(alice)
    page = alice.get(PAGE).text
    found = re.search(rf"{PAGE}/senders/\d+", page)
    assert found
    typed = SENDER | {"reply_to": "Support@Example.com", "per_second": "5", "per_hour": "1,000"}
    assert alice.post(found[0], typed).status_code == 303
    sender = default(app, alice)
    assert sender.sender.reply_to == "support@example.com"
    assert sender.limits == Limits(5, 1000, None)
    page = words_of(alice.get(PAGE).text)
    assert "5 per second, 1,000 per hour" in page and "support@example.com" in page
    form = alice.get(found[0]).text
    assert 'value="1000"' in form and 'value="support@example.com"' in form
    alice.post(found[0], SENDER)
    sender = default(app, alice)
    assert sender.limits == Limits() and sender.sender.reply_to == ""
    log = words_of(alice.get("/activity").text)
    changed = "reply-to address, emails per second, and emails per hour"
    assert log.count(f"changed the sender news@example.com ({changed})") == 2


def test_mistakes_are_told_at_their_field(app: Flask, alice: Person) -> None:
    connect(alice)
    wrong = {"name": "", "address": "news", "reply_to": "x", "per_day": "many"}
    sender_id = add(app, alice, SUPPORT)
    for address in (f"{PAGE}/senders", f"{PAGE}/senders/{sender_id}"):
        answer = alice.post(address, wrong)
        assert answer.status_code == 422
        for field in wrong:
            assert f'id="{field}-error"' in answer.text
        taken = alice.post(address, SENDER | {"address": "NEWS@example.com"})
        assert taken.status_code == 422 and "Another sender has this address." in taken.text
    assert len(listed(app, alice)) == 2


def test_another_sender_becomes_the_default(app: Flask, alice: Person) -> None:
    connect(alice)
    support = add(app, alice, SUPPORT)
    for _ in range(2):
        assert alice.post(f"{PAGE}/senders/{support}/default").status_code == 303
    assert listed(app, alice) == [("support@example.com", True), ("news@example.com", False)]
    assert default(app, alice).sender.address == "support@example.com"
    log = words_of(alice.get("/activity").text)
    assert log.count("made the sender support@example.com the default") == 1


def test_a_removed_default_is_replaced(app: Flask, alice: Person) -> None:
    connect(alice)
    add(app, alice, SUPPORT)
    first = default(app, alice).id
    assert alice.post(f"{PAGE}/senders/{first}/removal").status_code == 303
    assert listed(app, alice) == [("support@example.com", True)]
    assert alice.post(f"{PAGE}/senders/{first}/removal").status_code == 404
    alice.post(f"{PAGE}/senders/{default(app, alice).id}/removal")
    with app.app_context():
        assert chosen(alice.actor.account_id) is None, "then emails are kept in the outbox"
    assert "Add a sender" in alice.get(PAGE).text


def test_there_is_a_limit(app: Flask, alice: Person) -> None:
    for number in range(MAX_SENDERS):
        add(app, alice, SENDER | {"address": f"news{number}@example.com"})
    with pytest.raises(LimitReached):
        add(app, alice, SENDER)
    connected = alice.post(f"{PAGE}/senders", SENDER)
    assert connected.status_code == 429 and "up to 100 senders" in connected.text


def test_others_neither_see_nor_change_senders(
    app: Flask, alice: Person, bob: Person, vera: Person, sam: Person, mallory: Person
) -> None:
    connect(alice)
    sender_id = default(app, alice).id
    address = f"{PAGE}/senders/{sender_id}"
    for person, status in ((bob, 403), (vera, 403), (sam, 404), (mallory, 404)):
        assert person.get(address).status_code == status
        for part in ("", "/default", "/removal"):
            assert person.post(f"{address}{part}", SUPPORT).status_code == status
        assert "news@example.com" not in person.get(PAGE).text
    for person in (bob, vera):
        assert person.post(f"{PAGE}/senders", SUPPORT).status_code == 403
        with app.app_context(), pytest.raises(NotAllowed):
            senders.list_senders(person.actor)
    assert listed(app, alice) == [("news@example.com", True)]
    add(app, mallory, SENDER)
    assert listed(app, mallory) == [("news@example.com", True)], "accounts may use the same address"


def test_names_are_text(app: Flask, alice: Person) -> None:
    alice.post(f"{PAGE}/senders", SENDER | {"name": "<b>News</b> & more"})
    page = alice.get(PAGE).text
    assert "&lt;b&gt;News&lt;/b&gt; &amp; more" in page and "<b>News" not in page

"""The domain of a sender: its DNS records are checked, and its emails signed with DKIM (E-12)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask

from app.messaging.application.sending_domains import keys
from app.messaging.application.sending_domains.keys import SendingDomain
from app.messaging.application.servers import senders
from app.platform.errors import NotFound
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import campaign
from tests.rooms.forms.forming import signup
from tests.rooms.messaging.mailing import go_on
from tests.rooms.messaging.settings_page import PAGE, SENDER, connect
from tests.services.mail_server import MailServer, mail_server
from tests.services.name_server import NameServer, name_server
from tests.unit.workflows.documents import email, step

LAST = step("last", "add_tag", tag="Last")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[NameServer]:
    """The DNS that Muster asks."""
    settings = app.extensions["settings"]
    with name_server() as running:
        changes = {"public_url": "https://m.example", "dns_servers": (running.address,)}
        monkeypatch.setitem(app.extensions, "settings", settings.__class__(**{**vars(settings), **changes}))
        yield running


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def page_of(app: Flask, person: Person) -> str:
    """Connect a mail server with a sender, unless there is one, and return the address of its domain."""
    with app.app_context():
        found = senders.list_senders(person.actor)
        sender_id = found[0].id if found else senders.add_sender(person.actor, SENDER)
    return f"{PAGE}/senders/{sender_id}/domain"


def domain(app: Flask, person: Person) -> SendingDomain:
    with app.app_context():
        return keys.sending_domain(person.actor, senders.list_senders(person.actor)[0].id)


def publish(names: NameServer, domain: SendingDomain) -> None:
    """Do as the page says."""
    assert domain.waiting is not None
    names.records[domain.waiting.record.name] = [domain.waiting.record.value]


def signing(app: Flask, person: Person, names: NameServer) -> str:
    page = page_of(app, person)
    assert person.post(f"{page}/key").status_code == 303
    publish(names, domain(app, person))
    assert person.post(f"{page}/signing").status_code == 303
    return page


def is_signed(names: NameServer, raw: bytes) -> bool:
    """Whether mailbox providers would find the signature right."""

    def answer(name: bytes, timeout: float = 5) -> bytes | None:
        found = names.records.get(name.decode().rstrip("."))
        return found[0].encode() if found else None

    return dkim.verify(raw, dnsfunc=answer)


def send_one(app: Flask, person: Person, who: str = "ada", body: str = "Hi {{ contact.first_name }}") -> None:
    it = campaign(app, person.actor, email("hello", "Grüße", body), LAST, name=who)
    it.enroll([add(app, person.actor, f"{who}@example.com", first_name=who)])
    it.move()
    go_on(it)


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode())


def test_emails_are_signed_once_the_record_is_there(
    app: Flask, alice: Person, mails: MailServer, names: NameServer, postal_address: None
) -> None:
    connect(alice, mails.port)
    page = page_of(app, alice)
    alice.post(f"{page}/key")
    shown = alice.get(page).text
    waiting = domain(app, alice).waiting
    assert waiting is not None and waiting.record.name in shown and waiting.record.value in shown
    refused = alice.post(f"{page}/signing")
    assert refused.status_code == 409 and "isn’t in the DNS yet" in refused.text
    assert domain(app, alice).signing is None
    publish(names, domain(app, alice))
    assert alice.post(f"{page}/signing").status_code == 303
    assert "Signed" in words_of(alice.get(PAGE).text)
    send_one(app, alice, body=".A dot, and words  with   spaces \n\n" + "long " * 300)
    [raw], [mail] = mails.raw, mails.received
    assert is_signed(names, raw)
    header = re.sub(r"\s", "", str(mail["DKIM-Signature"]))
    assert "d=example.com;" in header and f"s={waiting.selector};" in header
    [names_of_signed] = re.findall(";h=([^;]*);", header)
    assert set(names_of_signed.split(":")) >= {
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-unsubscribe",
        "list-unsubscribe-post", "feedback-id",
    }  # fmt: skip
    for forged in (raw.replace(b"From: ", b"From: x"), raw + b"More\r\n", b"From: <a@b.example>\r\n" + raw):
        assert not is_signed(names, forged)


def test_a_test_email_is_signed_too(app: Flask, alice: Person, mails: MailServer, names: NameServer) -> None:
    connect(alice, mails.port)
    signing(app, alice, names)
    assert "250 Kept" in alice.post(f"{PAGE}/test", {"to": "alice@example.com"}).text
    assert is_signed(names, mails.raw[0])


def test_an_email_of_no_workflow_is_signed_too(
    app: Flask, alice: Person, mails: MailServer, names: NameServer
) -> None:
    connect(alice, mails.port)
    signing(app, alice, names)
    form = signup(app, alice, double_opt_in="1")
    form.enter()
    form.send()
    assert is_signed(names, mails.raw[0])


def test_a_key_is_replaced_and_removed(
    app: Flask, alice: Person, mails: MailServer, names: NameServer, postal_address: None
) -> None:
    connect(alice, mails.port)
    page = signing(app, alice, names)
    first = domain(app, alice).signing
    alice.post(f"{page}/key")
    assert domain(app, alice).signing == first, "signs until the new one is known"
    assert alice.post(f"{page}/key").status_code == 409
    publish(names, domain(app, alice))
    alice.post(f"{page}/signing")
    second, [old] = domain(app, alice).signing, domain(app, alice).replaced
    assert first is not None and second is not None and old.id == first.id != second.id
    alice.post(f"{page}/key/removal", {"selector": old.selector})
    assert domain(app, alice).replaced == ()
    send_one(app, alice)
    assert is_signed(names, mails.raw[0]) and f"s={second.selector}" in str(
        mails.received[0]["DKIM-Signature"]
    )
    alice.post(f"{page}/signing/removal")
    assert domain(app, alice).waiting is not None
    send_one(app, alice, "bea")
    assert mails.received[1]["DKIM-Signature"] is None
    log = words_of(alice.get("/activity").text)
    assert "started signing emails from the domain example.com" in log
    assert "removed a DKIM key of the domain example.com" in log


def test_the_user_may_say_that_the_record_is_there(app: Flask, alice: Person, names: NameServer) -> None:
    page = page_of(app, alice)
    alice.post(f"{page}/key")
    assert alice.post(f"{page}/signing", {"unchecked": "1"}).status_code == 303
    assert domain(app, alice).signing is not None and names.asked == []


def test_a_key_that_cannot_be_read_signs_nothing(
    app: Flask, alice: Person, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = signing(app, alice, names)
    assert "Signed" in words_of(alice.get(PAGE).text)
    alice.post(f"{page}/key")
    publish(names, domain(app, alice))
    first, waiting = domain(app, alice).signing, domain(app, alice).waiting
    settings = replace(app.extensions["settings"], secret_key="another secret key of this server")
    monkeypatch.setitem(app.extensions, "settings", settings)
    shown = words_of(alice.get(page).text)
    assert shown.count("can’t be read") == 2 and "aren’t signed at the moment" in shown
    assert "have been signed since" not in shown and "Start signing" not in shown
    assert "Signed" not in words_of(alice.get(PAGE).text)
    for typed in ({}, {"unchecked": "1"}):
        refused = alice.post(f"{page}/signing", typed)
        assert refused.status_code == 409 and "This key can’t be read." in refused.text
    assert first is not None and waiting is not None and names.asked == [first.record.name]
    for key in (waiting, first):
        alice.post(f"{page}/key/removal", {"selector": key.selector})
    signing(app, alice, names)
    assert "have been signed since" in words_of(alice.get(page).text)


def test_a_key_of_ones_own(
    app: Flask, alice: Person, mails: MailServer, names: NameServer, postal_address: None
) -> None:
    connect(alice, mails.port)
    page = page_of(app, alice)
    own = pem(rsa.generate_private_key(65537, 2048))
    for typed, field in (
        ({"selector": "my key", "private_key": own}, "selector"),
        ({"selector": "mail", "private_key": own[:300]}, "private_key"),
        ({"selector": "mail", "private_key": pem(ec.generate_private_key(ec.SECP256R1()))}, "private_key"),
        ({"selector": "mail", "private_key": "x" * 20_000}, "private_key"),
    ):
        answer = alice.post(f"{page}/own-key", typed)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert alice.post(f"{page}/own-key", {"selector": "Mail", "private_key": own}).status_code == 303
    assert own.splitlines()[1] not in alice.get(page).text
    publish(names, domain(app, alice))
    alice.post(f"{page}/signing")
    send_one(app, alice)
    assert is_signed(names, mails.raw[0])


def test_the_page_says_what_is_right_and_what_is_missing(
    app: Flask, alice: Person, names: NameServer
) -> None:
    connect(alice, host="smtp.sendgrid.net")
    page = page_of(app, alice)
    names.records = {
        "example.com": ["v=spf1 include:sendgrid.net ~all", "<script>alert(1)</script>"],
        "sendgrid.net": ["v=spf1 ip4:192.0.2.0/24 -all"],
        "_dmarc.example.com": ["v=DMARC1; p=<b>"],
    }
    words = words_of(alice.post(f"{page}/check").text)
    assert "SPF Valid" in words and "DKIM Not set up" in words and "DMARC Needs fixing" in words
    assert "v=DMARC1; p=none" in words
    names.records = {}
    answer = alice.htmx("post", f"{page}/check")
    assert "<html" not in answer.text and "script>alert" not in answer.text
    words = words_of(answer.text)
    assert "SPF Missing" in words and "v=spf1 include:sendgrid.net ~all" in words
    assert "Large mailbox providers require this record" in words


def test_without_an_answer_nothing_is_claimed(app: Flask, alice: Person, names: NameServer) -> None:
    names.refuses = True
    page = page_of(app, alice)
    alice.post(f"{page}/key")
    words = words_of(alice.post(f"{page}/check").text)
    assert words.count("Couldn’t check") == 3
    refused = alice.post(f"{page}/signing")
    assert refused.status_code == 409 and "didn’t answer" in refused.text


def test_the_domain_is_that_of_the_account(
    app: Flask, alice: Person, vera: Person, mallory: Person, names: NameServer
) -> None:
    page = signing(app, alice, names)
    for way in ("key", "own-key", "signing", "signing/removal", "key/removal", "check"):
        assert mallory.post(f"{page}/{way}").status_code == 404
        assert vera.post(f"{page}/{way}").status_code == 403
    assert mallory.get(page).status_code == 404 and vera.get(page).status_code == 403
    with app.app_context(), pytest.raises(NotFound):
        keys.sending_domain(mallory.actor, int(page.split("/")[-2]))
    assert domain(app, alice).signing is not None

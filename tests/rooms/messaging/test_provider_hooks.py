"""Email providers report what became of emails (E-17): only what they have signed counts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.messaging.application.composing import message_id_of
from app.messaging.application.providers import receiving
from app.messaging.application.providers.addresses import PATH, address_of
from app.messaging.domain.providers.reading import METADATA, Provider
from app.messaging.infrastructure.providers import store, verifying
from app.messaging.infrastructure.providers.tables import UsedSignature
from app.messaging.infrastructure.providers.verifying import is_signed_by_sns
from app.messaging.infrastructure.tables import Message
from app.messaging.presentation.providers.hooks import MOST_BYTES
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person, sign_in
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.engine.moved import Campaign
from tests.rooms.messaging.mailing import messages
from tests.rooms.messaging.test_reactions import LAST, sent
from tests.services.signing import MAILGUN_KEY, TOPIC, FakeSns, SendGrid, fake_sns, signed_by_mailgun
from tests.unit.workflows.documents import email, wait

PAGE = "/settings/email/providers"
LONG_AGO = "1577880000"


def waiting(app: Flask, bob: Person) -> tuple[Campaign, list[int]]:
    return sent(app, bob, email("hello"), wait("pause"), LAST)


def connect(person: Person, provider: str, key: str = "") -> int:
    return person.post(PAGE, {"provider": provider, "key": key}).status_code


def tell(
    app: Flask, person: Person, provider: str, body: bytes | Any, headers: dict[str, str] | None = None
) -> int:
    """Send what a provider reports; return the status of the answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = address_for(app, person, provider)
    return app.test_client().post(address, data=content, headers=headers).status_code


def address_for(app: Flask, person: Person, provider: str) -> str:
    account = person.actor.account_id
    with app.app_context(), acting_for(account):
        known = store.provider_of(account, provider)
        key = store.decrypted(known.key) if known else ""
        return f"{PATH}/{provider}/{address_of(account, Provider(provider), key or '')}"


def id_of(app: Flask, message: Message) -> str:
    with app.app_context():
        return message_id_of(message.id)


def state_of(it: Campaign) -> list[str]:
    return [one.state for one in messages(it)]


def bounce_of_postmark(key: str) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "Details": "550 No such user",
        "Metadata": {METADATA: key},
    }


def test_postmark(app: Flask, alice: Person, bob: Person) -> None:
    it, ids = waiting(app, bob)
    first = messages(it)[0]
    said = bounce_of_postmark(id_of(app, first))
    assert tell(app, alice, "postmark", said) == 404, "it is not connected"
    assert connect(alice, "postmark") == 303
    assert tell(app, alice, "postmark", said) == 204
    assert tell(app, alice, "postmark", said) == 204
    assert state_of(it) == ["bounced", "sent"]
    assert messages(it)[0].answer == "550 No such user"
    with app.app_context(), acting_for(bob.actor.account_id):
        assert contacts.status_of(bob.actor.account_id, ids[0]) == "bounced"
    assert "Last report" in alice.get("/settings/email").text
    assert it.numbers_are_right()


def test_sendgrid(app: Flask, alice: Person, bob: Person) -> None:
    it, _ = waiting(app, bob)
    provider = SendGrid()
    assert connect(alice, "sendgrid", provider.key) == 303
    events = [
        {"event": "bounce", "type": "bounce", "smtp-id": f"<{id_of(app, messages(it)[0])}@example.com>"},
        {"event": "deferred", "smtp-id": f"<{id_of(app, messages(it)[1])}@example.com>"},
    ]
    body = json.dumps(events).encode()
    assert tell(app, alice, "sendgrid", body) == 404
    assert tell(app, alice, "sendgrid", body, SendGrid().headers(body)) == 404
    assert tell(app, alice, "sendgrid", body + b" ", provider.headers(body)) == 404
    assert tell(app, alice, "sendgrid", body, provider.headers(body, LONG_AGO)) == 404
    assert state_of(it) == ["sent", "sent"]
    assert tell(app, alice, "sendgrid", body, provider.headers(body)) == 204
    assert state_of(it) == ["bounced", "sent"]


def test_mailgun(app: Flask, alice: Person, bob: Person) -> None:
    it, ids = waiting(app, bob)
    assert connect(alice, "mailgun", MAILGUN_KEY) == 303
    message = {"headers": {"message-id": f"{id_of(app, messages(it)[0])}@example.com"}}
    event = {"event": "complained", "message": message}
    assert tell(app, alice, "mailgun", signed_by_mailgun(event, "x" * 32)) == 404
    assert tell(app, alice, "mailgun", {"event-data": event}) == 404
    assert tell(app, alice, "mailgun", signed_by_mailgun(event, stamp=LONG_AGO)) == 404
    halves = {"timestamp": "1", "token": "\ud800", "signature": "\ud800"}
    assert tell(app, alice, "mailgun", {"signature": halves, "event-data": event}) == 404
    request = signed_by_mailgun(event)
    assert tell(app, alice, "mailgun", request) == 204
    account = bob.actor.account_id
    with app.app_context(), acting_for(account):
        assert contacts.status_of(account, ids[0]) == "unsubscribed"
        contacts.reactivate(bob.actor, ids[0], "Asked for it")
    for again in (request, signed_by_mailgun(event)):
        assert tell(app, alice, "mailgun", again) == 204
    with app.app_context(), acting_for(account):
        assert contacts.status_of(account, ids[0]) == "active", "it was told again"


def test_a_signature_of_mailgun_counts_for_one_event(app: Flask, alice: Person, bob: Person) -> None:
    """It covers time and token only, so whoever has seen it could sign other events with it."""
    it, _ = waiting(app, bob)
    assert connect(alice, "mailgun", MAILGUN_KEY) == 303
    first, second = (
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "message": {"headers": {"message-id": f"{key}@example.com"}},
        }
        for key in (id_of(app, one) for one in messages(it))
    )
    request = json.loads(signed_by_mailgun(first))
    forged = request | {"event-data": second}
    assert tell(app, alice, "mailgun", request) == 204
    assert tell(app, alice, "mailgun", forged) == 404
    assert tell(app, alice, "mailgun", request) == 204, "the answer may have been lost"
    assert state_of(it) == ["bounced", "sent"]
    used = sa.select(sa.func.count()).where(UsedSignature.account_id == alice.actor.account_id)
    with app.app_context(), acting_for(alice.actor.account_id):
        receiving.discard_used_signatures()
        assert session().scalar(used) == 1
        with transaction():
            older = sa.update(UsedSignature).where(UsedSignature.account_id == alice.actor.account_id)
            session().execute(older.values(used_at=now() - timedelta(days=7)))
        receiving.discard_used_signatures()
        assert session().scalar(used) == 0


@pytest.fixture
def sns(app: Flask) -> Iterator[FakeSns]:
    with fake_sns() as server:
        before = app.extensions["settings"]
        app.extensions["settings"] = replace(before, sns_url=server.url)
        yield server
        app.extensions["settings"] = before


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses(app: Flask, alice: Person, bob: Person, sns: FakeSns, version: str) -> None:
    it, _ = waiting(app, bob)
    assert connect(alice, "ses", TOPIC) == 303
    asking = {"Token": "t", "Message": "Confirm", "SubscribeURL": f"{sns.url}/confirm?t"}
    assert tell(app, alice, "ses", sns.envelope("SubscriptionConfirmation", version, **asking)) == 204
    assert sns.confirmed == ["t"]
    elsewhere = asking | {"SubscribeURL": "http://127.0.0.1:1/confirm?t"}
    assert tell(app, alice, "ses", sns.envelope("SubscriptionConfirmation", version, **elsewhere)) == 503
    headers = [{"name": "Message-ID", "value": f"<{id_of(app, messages(it)[0])}@example.com>"}]
    said = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent"}, "mail": {"headers": headers}}
    envelope = sns.envelope("Notification", version, Message=json.dumps(said))
    for wrong in (
        envelope | {"Message": "{}"},
        envelope | {"TopicArn": f"{TOPIC}2"},
        envelope | {"SigningCertURL": "http://127.0.0.1:1/key.pem"},
        envelope | {"SigningCertURL": f"{sns.url}/expired.pem"},
        envelope | {"SigningCertURL": f"{sns.url}/early.pem"},
        envelope | {"SignatureVersion": "3"},
        envelope | {"Signature": "?"},
        envelope | {"Signature": "\ud800", "Message": "\ud800"},
        sns.envelope("Notification", version, Message=json.dumps(said), Timestamp="2020-01-01T00:00:00.000Z"),
        [],
    ):
        assert tell(app, alice, "ses", wrong) == 404
    assert state_of(it) == ["sent", "sent"]
    assert tell(app, alice, "ses", envelope) == 204
    assert state_of(it) == ["bounced", "sent"]
    with app.app_context():
        assert is_signed_by_sns(envelope, now())
        assert not is_signed_by_sns(envelope, now() + timedelta(days=2)), "a certificate that is kept expires"


def test_a_certificate_that_is_renewed_at_its_address(
    app: Flask, sns: FakeSns, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = sns.envelope("Notification", Message="{}", SigningCertURL=f"{sns.url}/expired.pem")
    with app.app_context():
        assert not is_signed_by_sns(envelope, now())
        sns.validity["/expired.pem"] = (-1, 1)
        assert not is_signed_by_sns(envelope, now()), "it is not asked again at once"
        monkeypatch.setattr(verifying, "AGAIN_SECONDS", 0.0)
        assert is_signed_by_sns(envelope, now())
        assert is_signed_by_sns(envelope, now())
    assert sns.asked == ["/expired.pem"] * 2


def test_reports_about_emails_of_others_change_nothing(app: Flask, alice: Person, bob: Person) -> None:
    it, _ = waiting(app, bob)
    mallory = sign_in(app, "mallory")
    assert connect(mallory, "postmark") == 303
    assert tell(app, mallory, "postmark", bounce_of_postmark(id_of(app, messages(it)[0]))) == 204
    assert state_of(it) == ["sent", "sent"]
    assert "No reports yet." in mallory.get("/settings/email").text


def test_unknown_addresses_and_what_is_no_json(app: Flask, alice: Person) -> None:
    assert connect(alice, "postmark") == 303
    caller = app.test_client()
    address = address_for(app, alice, "postmark")
    said = json.dumps({"RecordType": "Open"}).encode()
    assert caller.post(address, data=said).status_code == 204
    wrong = (
        f"{PATH}/postmark/" + "0" * 48,
        f"{PATH}/nobody/x",
        f"{address}0",
        address[:-48],
        f"{address}%ff",
    )
    for other in wrong:
        assert caller.post(other, data=said).status_code == 404, other
    assert caller.post(address.replace("postmark", "mailgun"), data=said).status_code == 404
    assert tell(app, alice, "postmark", b" " * (MOST_BYTES + 1)) == 413
    assert tell(app, alice, "postmark", b"{") == 400
    assert tell(app, alice, "postmark", b"[" * 100_000) == 400


def test_times_that_nobody_has_seen(app: Flask, alice: Person, bob: Person) -> None:
    it, _ = waiting(app, bob)
    assert connect(alice, "postmark") == 303
    said = bounce_of_postmark(id_of(app, messages(it)[0])) | {"Type": "SoftBounce"}
    assert tell(app, alice, "postmark", said | {"BouncedAt": "0001-01-01T00:00:00+14:00"}) == 204
    assert tell(app, alice, "postmark", said | {"BouncedAt": "9999-12-31T23:59:59-14:00"}) == 204
    assert tell(app, alice, "postmark", said | {"Details": "\ud800\x00"}) == 204
    assert state_of(it) == ["sent", "sent"]


def test_a_new_connection_to_postmark_has_a_new_address(app: Flask, alice: Person) -> None:
    assert connect(alice, "postmark") == 303
    before = address_for(app, alice, "postmark")
    assert connect(alice, "postmark") == 303
    assert address_for(app, alice, "postmark") == before
    assert alice.post(f"{PAGE}/postmark/removal").status_code == 303
    assert connect(alice, "postmark") == 303
    assert address_for(app, alice, "postmark") != before
    assert app.test_client().post(before, data=b"{}").status_code == 404


@pytest.fixture
def public(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, public_url="https://muster.example")
    yield
    app.extensions["settings"] = before


def test_settings_need_a_public_address(app: Flask, alice: Person) -> None:
    assert connect(alice, "postmark") == 303
    assert "Reports need the public address of this installation" in alice.get("/settings/email").text


@pytest.mark.usefixtures("public")
def test_settings(app: Flask, alice: Person, bob: Person) -> None:
    assert connect(bob, "postmark") == 403
    assert connect(alice, "nobody") == 422
    assert connect(alice, "mailgun") == 422
    assert connect(alice, "mailgun", MAILGUN_KEY) == 303
    assert "Enter the HTTP webhook signing key" in alice.post(PAGE, {"provider": "mailgun", "key": ""}).text
    page = alice.get("/settings/email").text
    assert "Address for Mailgun" in page and MAILGUN_KEY not in page
    assert alice.post(f"{PAGE}/mailgun/removal").status_code == 303
    assert alice.post(f"{PAGE}/mailgun/removal").status_code == 404
    assert "Address for Mailgun" not in alice.get("/settings/email").text
    audit = words_of(alice.get("/activity").text)
    assert "Alice connected reports from Mailgun" in audit
    assert "Alice disconnected reports from Mailgun" in audit

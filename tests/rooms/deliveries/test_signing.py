"""Settings > Webhook signing: requests are signed, the secret is shown once, and two are valid after a
replacement (E-16)."""

import hashlib
import hmac
import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.deliveries.application import signing
from app.deliveries.infrastructure.tables import SigningSecret
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.deliveries.hooks import hooking, send
from tests.services.receiver import Receiver, Request

PAGE = "/settings/webhook-signing"


def secret_on(page: str) -> str | None:
    found = re.search(r'id="webhook-secret">([^<]+)<', page)
    return found[1] if found else None


def signatures(request: Request) -> tuple[str, list[str]]:
    first, *rest = request.headers["Muster-Signature"].split(",")
    return first.removeprefix("t="), [one.removeprefix("v1=") for one in rest]


def signed_by(request: Request, secret: str) -> bool:
    timestamp, found = signatures(request)
    text = request.body if request.method != "GET" else request.path.encode()
    return hmac.new(secret.encode(), timestamp.encode() + b"." + text, hashlib.sha256).hexdigest() in found


def request_sent(app: Flask, person: Person, there: Receiver, **config: str) -> Request:
    it, _ = hooking(app, person, there.url, **config)
    send(it)
    return there.received[-1]


def test_the_secret_is_shown_once_and_signs_also_what_was_sent_before(
    app: Flask, alice: Person, there: Receiver
) -> None:
    request = request_sent(app, alice, there)
    assert "Show secret" in alice.get(PAGE).text
    page = alice.post(f"{PAGE}/view", {})
    secret = secret_on(page.text)
    assert secret and secret.startswith("whsec_") and signed_by(request, secret)
    assert secret not in alice.get(PAGE).text and "Show secret" not in alice.get(PAGE).text
    again = alice.post(f"{PAGE}/view", {}, follow_redirects=True)
    assert secret not in again.text and "was shown before" in again.text


def test_a_get_request_is_signed_by_its_address(app: Flask, alice: Person, there: Receiver) -> None:
    secret = secret_on(alice.post(f"{PAGE}/view", {}).text)
    request = request_sent(app, alice, there, method="GET", fields={"a": "1"})  # type: ignore[arg-type]
    assert secret and request.path == "/?a=1" and signed_by(request, secret)


def test_after_a_replacement_both_secrets_sign_for_a_day(app: Flask, alice: Person, there: Receiver) -> None:
    old = secret_on(alice.post(f"{PAGE}/view", {}).text)
    new = secret_on(alice.post(f"{PAGE}/secret", {}).text)
    it, ids = hooking(app, alice, there.url)
    send(it)
    [request] = there.received
    assert old and new and old != new
    assert signed_by(request, old) and signed_by(request, new)
    assert "second <code>v1</code>" in alice.get(PAGE).text
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        session().execute(
            sa.update(SigningSecret)
            .where(SigningSecret.account_id == alice.actor.account_id)
            .values(previous_until=now() - timedelta(seconds=1))
        )
    again, _ = hooking(app, alice, there.url, 0)
    again.enroll(ids)
    send(again)
    request = there.received[-1]
    assert signed_by(request, new) and not signed_by(request, old)
    assert "End previous secret" not in alice.get(PAGE).text


def test_a_previous_secret_is_deleted_after_its_day(app: Flask, alice: Person) -> None:
    alice.post(f"{PAGE}/view", {})
    alice.post(f"{PAGE}/secret", {})
    saved = SigningSecret.__table__.c
    mine = saved.account_id == alice.actor.account_id
    query = sa.select(saved.previous_salt, saved.previous_secret, saved.previous_until).where(mine)
    with app.app_context(), acting_for(alice.actor.account_id):
        signing.discard_previous_secrets()
        assert all(session().execute(query).one()), "it is still valid"
        with transaction():
            past = now() - timedelta(seconds=1)
            session().execute(sa.update(SigningSecret.__table__).where(mine).values(previous_until=past))
        signing.discard_previous_secrets()
        assert tuple(session().execute(query).one()) == (None, "", None)


def test_the_previous_secret_can_be_ended(app: Flask, alice: Person, there: Receiver) -> None:
    old = secret_on(alice.post(f"{PAGE}/view", {}).text)
    alice.post(f"{PAGE}/secret", {})
    assert alice.post(f"{PAGE}/previous", {}).status_code == 303
    request = request_sent(app, alice, there)
    assert old and not signed_by(request, old) and len(signatures(request)[1]) == 1
    activity = alice.get("/activity").text
    assert "ended the previous version of the signing secret" in re.sub("<[^>]+>", "", activity)


def test_marketers_neither_see_nor_change_it(bob: Person) -> None:
    page = bob.get(PAGE)
    assert page.status_code == 200 and "Owners and admins" in page.text and "Show secret" not in page.text
    for act in ("view", "secret", "previous"):
        assert bob.post(f"{PAGE}/{act}", {}).status_code == 403


def test_accounts_have_secrets_of_their_own(alice: Person, mallory: Person) -> None:
    assert secret_on(alice.post(f"{PAGE}/view", {}).text) != secret_on(mallory.post(f"{PAGE}/view", {}).text)

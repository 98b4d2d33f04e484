"""Calendars, shops, and other software report events to an address of the account (P-07)."""

import html
import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from app.integrations.application import connected, event_sources
from app.integrations.infrastructure.tables import EventSource
from app.integrations.presentation import hooks
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.test_triggers import sources, started
from tests.unit.integrations.test_reported_events import CALCOM, CALENDLY, CHECKOUT, hmac_of

PAGE = "/settings/integrations"
STRIPE_SECRET = "whsec_" + "a" * 32


def shown(page: str, which: str) -> str:
    """Return what a page shows to be copied; empty if it doesn’t."""
    found = re.search(rf'id="source-{which}">([^<]+)<', page)
    return html.unescape(found[1]) if found else ""


def connect(person: Person, source: str, **typed: str) -> tuple[str, str]:
    """Connect a source; return the path that it calls, and the secret."""
    answer = person.post(f"{PAGE}/{source}", typed)
    assert answer.status_code == 200, answer.text
    return urlsplit(shown(answer.text, "url")).path, shown(answer.text, "secret")


def tell(app: Flask, path: str, body: Any, headers: dict[str, str] | None = None) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return app.test_client().post(path, data=content, headers=headers).status_code


def signed_with_time(header: str, secret: str, body: Any, age: int = 0) -> dict[str, str]:
    stamp = str(int(time.time()) - age)
    return {header: f"t={stamp},v1={hmac_of(secret, f'{stamp}.'.encode() + json.dumps(body).encode())}"}


def test_calendly_starts_a_workflow_and_counts_once(app: Flask, alice: Person) -> None:  # P-07
    it = started(app, alice, "appointment_booked", calendar="Demo")
    ann = add(app, alice.actor, "ann@example.com")
    path, secret = connect(alice, "calendly")
    assert "calendar" in connected_of(app, alice)
    headers = signed_with_time("Calendly-Webhook-Signature", secret, CALENDLY)
    assert tell(app, path, CALENDLY, headers) == 204
    assert tell(app, path, CALENDLY, headers) == 204, "as Calendly does without an answer"
    assert sources(it) == {(ann, "trigger"): 1}
    assert alice.get(f"/contacts/{ann}").text.count("Appointment booked: Demo") == 1
    page = alice.get(PAGE).text
    assert "Appointment booked, received before" in page and "by Alice" in page
    assert secret not in page + alice.get(f"{PAGE}/calendly").text, "it is shown once"


def test_cal_com_adds_people_if_that_is_wanted(app: Flask, alice: Person) -> None:  # P-07
    path, secret = connect(alice, "cal-com", basis="customer")
    now = CALCOM | {"createdAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())}
    header = {"X-Cal-Signature-256": hmac_of(secret, json.dumps(now).encode())}
    assert tell(app, path, now, header) == 204
    page = alice.get("/contacts?q=ann@example.com").text
    assert "ann@example.com" in page and "Ann" in page
    assert "Are added: Existing customers" in alice.get(f"{PAGE}/cal-com").text
    assert "bo@example.com" not in alice.get("/contacts?q=bo@example.com").text.partition("<table")[2]
    assert "Their events are ignored" in alice.get(f"{PAGE}/cal-com").text
    assert alice.post(f"{PAGE}/cal-com/guests", {"counts": "y"}).status_code == 303
    assert "<dd>Included</dd>" in alice.get(f"{PAGE}/cal-com").text
    assert alice.post(f"{PAGE}/calendly/guests", {"counts": "y"}).status_code == 404
    assert tell(app, path, now, header) == 204
    assert "bo@example.com" in alice.get("/contacts?q=bo@example.com").text.partition("<table")[2]


def test_stripe_reports_payments_with_its_own_secret(app: Flask, alice: Person) -> None:  # P-07
    it = started(app, alice, "purchase_made", product="Starter course", min_amount=40)
    ann = add(app, alice.actor, "ann@example.com")
    path = urlsplit(shown(alice.get(f"{PAGE}/stripe").text, "url")).path
    assert tell(app, path, CHECKOUT, signed_with_time("Stripe-Signature", STRIPE_SECRET, CHECKOUT)) == 404
    refused = alice.post(f"{PAGE}/stripe", {"secret": "sk_live_123"})
    assert (
        refused.status_code == 422 and "starts with whsec_" in refused.text and "sk_live" not in refused.text
    )
    assert connect(alice, "stripe", secret=f" {STRIPE_SECRET} ") == (path, "")
    assert alice.post(f"{PAGE}/stripe", {"secret": STRIPE_SECRET}).status_code == 409
    assert tell(app, path, CHECKOUT, signed_with_time("Stripe-Signature", STRIPE_SECRET, CHECKOUT)) == 204
    assert sources(it) == {(ann, "trigger"): 1}
    with app.app_context(), acting_for(alice.actor.account_id):
        kept = session().scalars(sa.select(EventSource)).one()
        assert STRIPE_SECRET not in kept.secret, "encrypted"


def test_other_software_knows_a_secret_address(app: Flask, alice: Person, mallory: Person) -> None:  # P-07
    it = started(app, alice, "webhook_received", key="trial")
    ann = add(app, alice.actor, "ann@example.com")
    path, _ = connect(alice, "webhook")
    said = {"key": "trial", "id": "1", "email": "ann@example.com"}
    assert tell(app, path[:-1] + "0", said) == tell(app, path[:-48], said) == 404
    assert tell(app, path, said) == 204
    assert sources(it) == {(ann, "trigger"): 1}
    assert tell(app, path, said | {"id": "2", "email": "nobody@example.com"}) == 204
    assert "not recorded: no contact has this email address" in alice.get(PAGE).text
    assert shown(alice.get(f"{PAGE}/webhook").text, "url") == "", "it is as secret as a password"
    assert "webhook" not in connected_of(app, mallory) and "No events yet" not in mallory.get(PAGE).text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {}}, 404),
        ({"age": 400}, 404),
        ({"secret": "whsec_" + "b" * 32}, 404),
        ({"body": b'{"type": "checkout.session.completed"'}, 404),
        ({"path": "/hooks/events/calendly/"}, 404),
        ({"path": "/hooks/events/paypal/"}, 404),
    ],
)
def test_what_is_not_signed_is_not_told_apart(
    app: Flask, alice: Person, change: dict[str, Any], status: int
) -> None:  # P-07
    path, _ = connect(alice, "stripe", secret=STRIPE_SECRET)
    end = path.rpartition("/")[2]
    headers = signed_with_time(
        "Stripe-Signature", change.get("secret", STRIPE_SECRET), CHECKOUT, change.get("age", 0)
    )
    target = change["path"] + end if "path" in change else path
    assert tell(app, target, change.get("body", CHECKOUT), change.get("headers", headers)) == status
    assert "No events yet" in alice.get(PAGE).text


def test_bodies_are_limited_and_strict(app: Flask, alice: Person) -> None:  # P-07
    path, _ = connect(alice, "other-payments")
    assert tell(app, path, b"{" + b" " * hooks.MOST_BYTES) == 413
    for wrong in (b"", b"\xff", b"[" * 100_000, b'{"email": "a", "email": "b"}', b'{"amount": NaN}'):
        assert tell(app, path, wrong) == 400
    assert tell(app, path, [1]) == tell(app, path, {}) == 204
    assert "nothing that Muster records" in alice.get(PAGE).text


def test_guesses_and_floods_are_limited(app: Flask, alice: Person) -> None:  # P-07
    path, _ = connect(alice, "other-payments")
    with app.app_context():
        for _ in range(hooks.MOST_UNKNOWN):
            attempt_limiter(hooks.UNKNOWN).begin(["network:127.0.0.1"])
    assert tell(app, path + "0", {}) == 429
    assert tell(app, path, {}) == 204, "known ones are not affected"
    with app.app_context():
        limiter = attempt_limiter(hooks.BY_SOURCE)
        for _ in range(limiter.limit):
            limiter.begin([f"{alice.actor.account_id}:other-payments"])
    answer = app.test_client().post(path, data=b"{}")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


def test_strangers_do_not_use_up_what_a_source_may_send(app: Flask, alice: Person) -> None:  # P-07
    path, _ = connect(alice, "stripe", secret=STRIPE_SECRET)
    with app.app_context():
        limiter = attempt_limiter(hooks.BY_SOURCE)
        for _ in range(limiter.limit - 1):
            limiter.begin([f"{alice.actor.account_id}:stripe"])
    forged = signed_with_time("Stripe-Signature", "whsec_" + "b" * 32, CHECKOUT)
    assert [tell(app, path, CHECKOUT, forged) for _ in range(2)] == [404, 404]
    signed = signed_with_time("Stripe-Signature", STRIPE_SECRET, CHECKOUT)
    assert [tell(app, path, CHECKOUT, signed) for _ in range(2)] == [204, 429]


def test_disconnecting_says_what_stops(app: Flask, alice: Person) -> None:  # P-07
    started(app, alice, "appointment_booked")
    for source in ("calendly", "other-calendar"):
        connect(alice, source)
    assert "No active workflow depends on it" in alice.get(f"{PAGE}/calendly").text, (
        "there is another calendar"
    )
    assert alice.post(f"{PAGE}/other-calendar/removal").status_code == 303
    page = alice.get(f"{PAGE}/calendly").text
    assert "1 active workflow depends on it" in page and "On appointment_booked</a>" in page
    assert "1 active workflow needs it" in alice.get(PAGE).text
    path = urlsplit(shown(page, "url")).path
    alice.post(f"{PAGE}/calendly/removal")
    assert "calendar" not in connected_of(app, alice)
    assert tell(app, path, CALENDLY) == alice.post(f"{PAGE}/calendly/removal").status_code == 404
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "Alice connected “Calendly”" in log or "Alice connected Calendly" in log
    assert "disconnected" in log


def test_who_may_connect(app: Flask, bob: Person, vera: Person) -> None:  # P-07
    for person in (bob, vera):
        assert person.get(PAGE).status_code == 200 and "Connect Calendly" not in person.get(PAGE).text
        assert person.get(f"{PAGE}/calendly").status_code == 403
        assert person.post(f"{PAGE}/calendly").status_code == 403
        assert person.post(f"{PAGE}/calendly/removal").status_code == 403


def test_names_that_no_source_has(alice: Person) -> None:  # P-07
    for address in (f"{PAGE}/paypal", f"{PAGE}/%00"):
        assert alice.get(address).status_code == alice.post(address).status_code == 404


def connected_of(app: Flask, person: Person) -> set[str]:
    with app.app_context(), acting_for(person.actor.account_id):
        return connected(person.actor.account_id)


def test_email_is_not_connected_without_a_mail_server(alice: Person) -> None:  # P-07
    card = alice.get("/settings/integrations").text.partition('id="email"')[2].partition('id="sms"')[0]
    assert "Connect a mail server" in card and "Not connected" in card


def test_a_signing_key_is_replaced_in_place(
    app: Flask, alice: Person, bob: Person, mallory: Person
) -> None:  # P-07
    it = started(app, alice, "appointment_booked", calendar="Demo")
    ann = add(app, alice.actor, "ann@example.com")
    path, first = connect(alice, "calendly")
    page = f"{PAGE}/calendly/replacement"
    assert bob.post(page).status_code == 403 and mallory.post(page).status_code == 404
    answer = alice.post(page).text
    assert urlsplit(shown(answer, "url")).path == path, "the address stays"
    assert "Events signed with the previous key are accepted until then." in answer
    second = shown(answer, "secret")
    assert second and second != first and second not in alice.get(f"{PAGE}/calendly").text
    assert "Accepted until" in alice.get(f"{PAGE}/calendly").text

    def told(secret: str) -> int:
        return tell(app, path, CALENDLY, signed_with_time("Calendly-Webhook-Signature", secret, CALENDLY))

    assert told(first) == told(second) == 204, "both count for a day"
    assert sources(it) == {(ann, "trigger"): 1}, "once, whatever has signed it"
    with app.app_context():
        event_sources.discard_previous_secrets()
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        kept = session().scalars(sa.select(EventSource)).one()
        assert kept.previous_secret and first not in kept.previous_secret, "encrypted"
        kept.previous_until = now()
    assert (told(first), told(second)) == (404, 204)
    with app.app_context():
        event_sources.discard_previous_secrets()
    assert previous_of(app, alice) == (None, None)
    answer = alice.post(page, {"at_once": "y"}).text
    assert "The previous one has stopped working." in answer
    third = shown(answer, "secret")
    assert (told(second), told(third)) == (404, 204) and "Accepted until" not in alice.get(page[:-12]).text
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "Alice replaced the signing key of Calendly (the previous key stopped working immediately)" in log


def previous_of(app: Flask, person: Person) -> tuple[Any, ...]:
    with app.app_context(), acting_for(person.actor.account_id):
        query = sa.select(EventSource.previous_secret, EventSource.previous_until)
        return tuple(session().execute(query).one())


def test_a_lost_secret_is_replaced_and_not_kept(app: Flask, alice: Person) -> None:  # P-07
    path, first = connect(alice, "calendly")
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        session().scalars(sa.select(EventSource)).one().secret = "of another key"
    page = alice.get(f"{PAGE}/calendly").text
    assert "The saved secret can’t be read" in page and "is accepted for another" not in page

    def told(secret: str) -> int:
        return tell(app, path, CALENDLY, signed_with_time("Calendly-Webhook-Signature", secret, CALENDLY))

    assert told(first) == 404
    answer = alice.post(f"{PAGE}/calendly/replacement").text
    assert "The previous one has stopped working." in answer
    assert told(shown(answer, "secret")) == 204 and previous_of(app, alice) == (None, None)
    page = alice.get(f"{PAGE}/calendly").text
    assert "Accepted until" not in page and "can’t be read" not in page


def test_other_secrets_are_replaced_too(app: Flask, alice: Person) -> None:  # P-07
    path, _ = connect(alice, "stripe", secret=STRIPE_SECRET)
    new, page = "whsec_" + "b" * 32, f"{PAGE}/stripe/replacement"
    for wrong in ("sk_live_123", STRIPE_SECRET):
        assert alice.post(page, {"secret": wrong}).status_code == 422
    assert alice.post(page, {"secret": new}).status_code == 303
    for secret in (STRIPE_SECRET, new):
        assert tell(app, path, CHECKOUT, signed_with_time("Stripe-Signature", secret, CHECKOUT)) == 204
    for status in (303, 422):  # the present one again, to end the previous one
        assert alice.post(page, {"secret": new, "at_once": "y"}).status_code == status
    assert tell(app, path, CHECKOUT, signed_with_time("Stripe-Signature", STRIPE_SECRET, CHECKOUT)) != 204
    assert tell(app, path, CHECKOUT, signed_with_time("Stripe-Signature", new, CHECKOUT)) == 204
    former, _ = connect(alice, "webhook")
    answer = alice.post(f"{PAGE}/webhook/replacement").text
    assert "Events sent to the previous address are accepted until then." in answer
    latter = urlsplit(shown(answer, "url")).path
    said = {"key": "trial", "id": "1", "email": "ann@example.com"}
    assert latter != former and tell(app, former, said) == tell(app, latter, said) == 204
    alice.post(f"{PAGE}/webhook/replacement", {"at_once": "y"})
    assert tell(app, former, said) == tell(app, latter, said) == 404
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        session().execute(sa.update(EventSource).values(secret="of another key", previous_secret=None))
    page = alice.get(f"{PAGE}/stripe").text
    assert "The saved secret can’t be read" in page and "accepted for another" not in page
    assert alice.post(f"{PAGE}/stripe/replacement", {"secret": STRIPE_SECRET}).status_code == 303
    assert "Accepted until" not in alice.get(f"{PAGE}/stripe").text, "what can’t be read doesn’t count"

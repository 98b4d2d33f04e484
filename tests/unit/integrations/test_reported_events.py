"""Documents of calendars and shops read as events, and their signatures (P-07)."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.integrations.domain.event_sources import SOURCES, Source
from app.integrations.domain.reading import ReportedEvent, reported_events
from app.integrations.domain.signatures import MOST_AGE, is_signed

NOW = datetime(2030, 5, 2, 9, tzinfo=UTC)
CALENDLY: dict[str, Any] = {
    "event": "invitee.created",
    "created_at": "2030-05-02T08:59:00.000000Z",
    "payload": {
        "uri": "https://api.calendly.com/scheduled_events/A/invitees/B",
        "email": "ann@example.com",
        "name": "Ann Marie Lee",
        "first_name": None,
        "last_name": None,
        "rescheduled": False,
        "no_show": None,
        "scheduled_event": {
            "name": "Demo",
            "start_time": "2030-05-03T10:00:00.000000Z",
            "location": {"type": "zoom", "join_url": "https://zoom.example/j/1"},
        },
    },
}
CALCOM: dict[str, Any] = {
    "triggerEvent": "BOOKING_CREATED",
    "createdAt": "2030-05-02T08:59:00.000Z",
    "payload": {
        "type": "demo",
        "eventTitle": "Demo",
        "uid": "u-1",
        "startTime": "2030-05-03T10:00:00Z",
        "location": "Office",
        "attendees": [
            {"email": "ann@example.com", "name": "Ann Lee"},
            {"email": "bo@example.com", "name": "Bo"},
        ],
    },
}
CHECKOUT: dict[str, Any] = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "created": 1_903_942_740,
    "data": {
        "object": {
            "id": "cs_1",
            "invoice": "in_1",
            "payment_status": "paid",
            "amount_total": 4_950,
            "currency": "usd",
            "metadata": {"product": "Starter course"},
            "customer_details": {"email": "ann@example.com", "name": "Ann Lee"},
        }
    },
}
INVOICE: dict[str, Any] = {
    "type": "invoice.paid",
    "data": {
        "object": {
            "id": "in_1",
            "amount_paid": 500,
            "currency": "jpy",
            "customer_email": "ann@example.com",
            "lines": {"data": [{"description": "Plan"}]},
        }
    },
}


def changed(document: dict[str, Any], part: str, **values: Any) -> dict[str, Any]:
    return document | {part: document[part] | values}


def one(source: Source, document: Any) -> ReportedEvent:
    [event] = reported_events(source, document, NOW)
    return event


def test_calendly() -> None:  # P-07
    event = one(Source.CALENDLY, CALENDLY)
    assert (event.type, event.email) == ("appointment_booked", "ann@example.com")
    assert (event.first_name, event.last_name) == ("Ann", "Marie Lee")
    assert event.data == {
        "calendar": "Demo",
        "starts_at": "2030-05-03T10:00:00.000000Z",
        "location": "https://zoom.example/j/1",
    }
    assert event.occurred_at == NOW - timedelta(minutes=1)
    canceled = CALENDLY | {"event": "invitee.canceled"}
    assert one(Source.CALENDLY, canceled).type == "appointment_cancelled"
    assert one(Source.CALENDLY, canceled).key != event.key
    assert reported_events(Source.CALENDLY, changed(canceled, "payload", rescheduled=True), NOW) == []
    missed = CALENDLY | {"event": "invitee_no_show.created"}
    assert one(Source.CALENDLY, missed).type == "appointment_no_show"
    assert (
        reported_events(Source.CALENDLY, CALENDLY | {"event": "routing_form_submission.created"}, NOW) == []
    )


def test_cal_com() -> None:  # P-07
    events = reported_events(Source.CALCOM, CALCOM, NOW)
    assert [event.email for event in events] == ["ann@example.com", "bo@example.com"]
    assert len({event.key for event in events}) == 2
    assert events[0].data == {"calendar": "Demo", "starts_at": "2030-05-03T10:00:00Z", "location": "Office"}
    assert [event.is_guest for event in events] == [False, True]
    answers = {"email": {"value": "Bo@example.com"}, "guests": {"value": ["ann@example.com"]}}
    by_bo = reported_events(Source.CALCOM, changed(CALCOM, "payload", responses=answers), NOW)
    assert [event.is_guest for event in by_bo] == [True, False], "whoever has filled in the form"
    booked, end = "2030-03-01T08:00:00Z", "2030-05-02T08:55:00Z"
    ended = {"triggerEvent": "MEETING_ENDED", **CALCOM["payload"], "createdAt": booked, "endTime": end}
    assert {event.type for event in reported_events(Source.CALCOM, ended, NOW)} == {"appointment_completed"}
    assert reported_events(Source.CALCOM, CALCOM | {"triggerEvent": "PING"}, NOW) == []
    old = CALCOM | {"createdAt": "2030-04-02T08:59:00.000Z"}
    timeless = [{**CALCOM, "createdAt": None}, ended | {"endTime": None}]
    for one_of_them in (old, *timeless, ended | {"endTime": booked}):
        assert reported_events(Source.CALCOM, one_of_them, NOW) == [], "recorded and sent again"


def test_stripe() -> None:  # P-07
    checkout, invoice = one(Source.STRIPE, CHECKOUT), one(Source.STRIPE, INVOICE)
    assert checkout.data == {"product": "Starter course", "amount": 49.5, "currency": "USD"}
    assert invoice.data == {"product": "Plan", "amount": 500, "currency": "JPY"}
    assert checkout.key == invoice.key, "both tell of the same payment"
    unpaid = {"type": CHECKOUT["type"], "data": changed(CHECKOUT["data"], "object", payment_status="unpaid")}
    assert reported_events(Source.STRIPE, unpaid, NOW) == []
    trial = {"type": "invoice.paid", "data": changed(INVOICE["data"], "object", amount_paid=0)}
    assert reported_events(Source.STRIPE, trial, NOW) == []
    assert reported_events(Source.STRIPE, CHECKOUT | {"type": "charge.refunded"}, NOW) == []


def test_other_software() -> None:  # P-07
    said = {
        "type": "appointment_booked",
        "id": "7",
        "email": " ann@example.com ",
        "data": {"calendar": "Demo"},
    }
    booked = one(Source.OTHER_CALENDAR, said)
    assert (booked.type, booked.email, booked.data) == (
        "appointment_booked",
        "ann@example.com",
        {"calendar": "Demo"},
    )
    assert reported_events(Source.OTHER_CALENDAR, said | {"type": "purchase_made"}, NOW) == []
    flat = one(Source.WEBHOOK, {"email": "ann@example.com", "key": "trial", "plan": "Pro", "deep": {"a": 1}})
    assert (flat.type, flat.key, flat.data) == ("webhook_received", "", {"plan": "Pro", "key": "trial"})
    assert one(Source.OTHER_PAYMENTS, said).key != booked.key, "ids of one source say nothing about another"


ODD = (None, True, 7, -(10**30), 1.5, "x", "é" * 5_000, [], [1, {}], {}, {"a": {"b": [1]}})


def broken(document: Any) -> Iterator[Any]:
    """Yield the document with each of its parts replaced with each odd value."""
    yield from ODD
    if isinstance(document, dict | list):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for key, part in parts:
            for other in broken(part):
                copy = document.copy()
                copy[key] = other
                yield copy


@pytest.mark.parametrize("source", list(Source))
def test_nothing_that_is_sent_breaks_the_readers(source: Source) -> None:  # P-07
    for whole in (CALENDLY, CALCOM, CHECKOUT, INVOICE):
        for document in broken(whole):
            for event in reported_events(source, document, NOW):
                assert event.type in SOURCES[source].types
                assert len(json.dumps(event.data, ensure_ascii=False)) < 8_000


BODY = b'{"a": 1}'


def hmac_of(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("source", "header"),
    [(Source.STRIPE, "stripe-signature"), (Source.CALENDLY, "calendly-webhook-signature")],
)
def test_signatures_with_a_time(source: Source, header: str) -> None:  # P-07
    stamp = str(int(NOW.timestamp()))
    right = hmac_of("secret", f"{stamp}.".encode() + BODY)

    def fits(value: str, body: bytes = BODY, now: datetime = NOW) -> bool:
        return is_signed(source, "secret", {header: value}, body, now)

    assert fits(f"t={stamp},v1={right}")
    assert fits(f"t={stamp}, v0=x, v1={'0' * 64}, v1={right}"), "while a secret is replaced"
    for wrong in (
        "",
        right,
        f"v1={right}",
        f"t={stamp}",
        f"t={stamp}1,v1={right}",
        f"t=x,v1={right}",
        "t=²,v1=é",
    ):
        assert not fits(wrong), wrong
    assert not fits(f"t={stamp},v1={right}", BODY + b" ")
    assert not fits(f"t={stamp},v1={right}", now=NOW + timedelta(days=4))
    if source == Source.STRIPE:
        assert not fits(f"t={stamp},v1={right}", now=NOW + MOST_AGE + timedelta(seconds=1))


def test_signature_of_cal_com() -> None:  # P-07
    header = {"x-cal-signature-256": hmac_of("secret", BODY)}
    assert is_signed(Source.CALCOM, "secret", header, BODY, NOW)
    assert not is_signed(Source.CALCOM, "other", header, BODY, NOW)
    assert not is_signed(Source.CALCOM, "secret", {}, BODY, NOW)

"""What software reports, read as events. Only documented kinds of events count; whatever else a document
holds is left out. Nothing in it is trusted to have a certain type or length."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from app.integrations.domain.event_sources import SOURCES, Source
from app.integrations.domain.signatures import MOST_AGE_OF_RETRIES

MOST_EVENTS: Final = 100
MOST_DETAILS: Final = 20
MAX_DETAIL: Final = 300
MAX_NAME: Final = 120
MAX_EMAIL: Final = 254
MAX_KEY: Final = 100
WITHOUT_CENTS: Final = (
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
    *("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
)
"""Currencies whose amounts Stripe gives in whole units."""

Details = dict[str, str | int | float]


@dataclass(frozen=True)
class ReportedEvent:
    """Something that happened to whoever has an email address. `key` is the same each time it is reported;
    empty if that isn’t known. `is_guest`: somebody else has made the booking."""

    type: str
    key: str
    email: str
    occurred_at: datetime | None = None
    data: Details = field(default_factory=dict)
    first_name: str = ""
    last_name: str = ""
    is_guest: bool = False


def reported_events(source: Source, document: Any, now: datetime) -> list[ReportedEvent]:
    """Return the events in a document that a source has sent."""
    found = _READERS[source](_mapping(document), now)
    types = SOURCES[source].types
    known = [one for one in found if one.type in types and 0 < len(one.email) <= MAX_EMAIL]
    return known[:MOST_EVENTS]


def _calendly(said: Mapping[str, Any], _now: datetime) -> Iterator[ReportedEvent]:
    """https://developer.calendly.com/api-docs: a moved appointment is canceled and booked again; only the new
    booking is told."""
    kind = _text(said.get("event"))
    person = _mapping(said.get("payload"))
    meeting = _mapping(person.get("scheduled_event"))
    place = _mapping(meeting.get("location"))
    if kind == "invitee.canceled" and person.get("rescheduled") is True:
        return
    absence = _mapping(person.get("no_show")).get("uri") if kind == "invitee_no_show.created" else ""
    first, last = _text(person.get("first_name")), _text(person.get("last_name"))
    if not (first or last):
        first, _, last = _text(person.get("name")).partition(" ")
    yield ReportedEvent(
        type=_CALENDLY.get(kind, ""),
        key=_key(Source.CALENDLY, kind, person.get("uri"), absence),
        email=_text(person.get("email")),
        occurred_at=moment(said.get("created_at")),
        data=_details(
            calendar=meeting.get("name"),
            starts_at=meeting.get("start_time"),
            location=place.get("join_url") or place.get("location"),
        ),
        first_name=first[:MAX_NAME],
        last_name=last[:MAX_NAME],
    )


_CALENDLY: Final = {
    "invitee.created": "appointment_booked",
    "invitee.canceled": "appointment_cancelled",
    "invitee_no_show.created": "appointment_no_show",
}


def _calcom(said: Mapping[str, Any], now: datetime) -> Iterator[ReportedEvent]:
    """https://cal.com/docs: the booking stands in `payload`, or beside the name of the event when a meeting
    has ended; `createdAt` is then that of the booking. What has no time could be sent again at any time."""
    kind, booking = _text(said.get("triggerEvent")), _mapping(said.get("payload"))
    at = moment(said.get("createdAt") if booking else said.get("endTime"))
    if at is None or abs(now - at) > MOST_AGE_OF_RETRIES:
        return
    booking = booking or said
    listed = booking.get("attendees")
    people = [_mapping(one) for one in listed[:MOST_EVENTS]] if isinstance(listed, list) else []
    booker = _booker(booking, people)
    for person in people:
        email = _text(person.get("email"))
        first, _, last = _text(person.get("name")).partition(" ")
        yield ReportedEvent(
            type=_CALCOM.get(kind, ""),
            key=_key(Source.CALCOM, kind, booking.get("uid"), email),
            email=email,
            occurred_at=at,
            data=_details(
                calendar=booking.get("eventTitle") or booking.get("type") or booking.get("title"),
                starts_at=booking.get("startTime"),
                location=booking.get("location"),
            ),
            first_name=first[:MAX_NAME],
            last_name=last[:MAX_NAME],
            is_guest=email.lower() != booker,
        )


def _booker(booking: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> str:
    """Return the email address of the attendee who has filled in the booking form, by default the first one,
    in lower case."""
    emails = [_text(person.get("email")).lower() for person in people]
    answers = _mapping(booking.get("responses"))
    answered = _text(_mapping(answers.get("email")).get("value")).lower()
    return answered if answered in emails else next(iter(emails), "")


_CALCOM: Final = {
    "BOOKING_CREATED": "appointment_booked",
    "BOOKING_RESCHEDULED": "appointment_booked",
    "BOOKING_CANCELLED": "appointment_cancelled",
    "MEETING_ENDED": "appointment_completed",
}


def _stripe(said: Mapping[str, Any], _now: datetime) -> Iterator[ReportedEvent]:
    """https://docs.stripe.com/api/events: a checkout with an invoice is told by both; it counts once, by the
    id of the invoice."""
    kind = _text(said.get("type"))
    paid = _mapping(_mapping(said.get("data")).get("object"))
    customer = _mapping(paid.get("customer_details"))
    is_invoice = kind == "invoice.paid"
    if is_invoice:
        identity, amount = paid.get("id"), paid.get("amount_paid")
    elif kind in _CHECKOUTS and paid.get("payment_status") == "paid":
        identity, amount = paid.get("invoice") or paid.get("id"), paid.get("amount_total")
    else:
        return
    if amount == 0:  # such as a trial
        return
    name = _text(customer.get("name")) or _text(paid.get("customer_name"))
    first, _, last = name.partition(" ")
    currency = _text(paid.get("currency")).upper()
    yield ReportedEvent(
        type="purchase_made",
        key=_key(Source.STRIPE, "paid", identity),
        email=_text(customer.get("email")) or _text(paid.get("customer_email")),
        occurred_at=moment(said.get("created")),
        data=_details(product=_product(paid), amount=_amount(amount, currency), currency=currency),
        first_name=first[:MAX_NAME],
        last_name=last[:MAX_NAME],
    )


_CHECKOUTS: Final = ("checkout.session.completed", "checkout.session.async_payment_succeeded")


def _product(paid: Mapping[str, Any]) -> Any:
    named = _mapping(paid.get("metadata")).get("product")
    lines = _mapping(paid.get("lines")).get("data")
    first = _mapping(lines[0]) if isinstance(lines, list) and lines else {}
    return named or first.get("description")


def _amount(value: Any, currency: str) -> int | float | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if currency in WITHOUT_CENTS:
        return value
    return value // 100 if value % 100 == 0 else value / 100


def _other(source: Source) -> Callable[[Mapping[str, Any], datetime], Iterator[ReportedEvent]]:
    types = SOURCES[source].types

    def read(said: Mapping[str, Any], _now: datetime) -> Iterator[ReportedEvent]:
        data = _mapping(said.get("data")) or {
            name: value for name, value in said.items() if name not in _OWN_NAMES
        }
        named = {"key": said.get("key")} if source == Source.WEBHOOK else {}
        identity = _text(said.get("id"))
        yield ReportedEvent(
            type=types[0] if len(types) == 1 else _text(said.get("type")),
            key=_key(source, identity) if identity else "",
            email=_text(said.get("email")),
            occurred_at=moment(said.get("occurred_at")),
            data=_details(**{**data, **named}),
            first_name=_text(said.get("first_name"))[:MAX_NAME],
            last_name=_text(said.get("last_name"))[:MAX_NAME],
        )

    return read


_OWN_NAMES: Final = frozenset(("type", "id", "email", "occurred_at", "first_name", "last_name", "data"))

_READERS: Final[Mapping[Source, Callable[[Mapping[str, Any], datetime], Iterator[ReportedEvent]]]] = {
    Source.CALENDLY: _calendly,
    Source.CALCOM: _calcom,
    Source.STRIPE: _stripe,
    Source.OTHER_CALENDAR: _other(Source.OTHER_CALENDAR),
    Source.OTHER_PAYMENTS: _other(Source.OTHER_PAYMENTS),
    Source.WEBHOOK: _other(Source.WEBHOOK),
}


def moment(value: Any) -> datetime | None:
    """Return a moment that is given as ISO 8601, with a time zone, or in seconds since 1970."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(_text(value))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def _key(source: Source, *parts: Any) -> str:
    identity = "\n".join(_text(part) for part in parts)
    return f"{source.value}:{sha256(identity.encode('utf-8', 'replace')).hexdigest()[:48]}"


def _details(**given: Any) -> Details:
    """Return the details that merge tags and filters can show, shortened."""
    return {
        name[:60]: value[:MAX_DETAIL] if isinstance(value, str) else value
        for name, value in list(given.items())[:MOST_DETAILS]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""

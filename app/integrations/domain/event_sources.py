"""Software that reports events about contacts, by calling an address of the account: which there is, which
kind of service each belongs to, and how it is set up."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.integrations.domain.kinds import Kind


class Source(StrEnum):
    CALENDLY = "calendly"
    CALCOM = "cal-com"
    STRIPE = "stripe"
    OTHER_CALENDAR = "other-calendar"
    OTHER_PAYMENTS = "other-payments"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class SourceInfo:
    """What pages say about a source. `types`: the events that it can report. `secret_label`: the secret that
    the user copies from there; empty if Muster makes it. What is not `is_signed` has the secret in its
    address. `steps` are done there. `reports_guests`: a booking may be about more people than the one who
    made it."""

    name: str
    kind: Kind
    about: str
    types: tuple[str, ...]
    steps: tuple[str, ...]
    is_signed: bool = True
    secret_label: str = ""
    reports_guests: bool = False


EVENT_NAMES: Final = {
    "appointment_booked": "Appointment booked",
    "appointment_cancelled": "Appointment canceled",
    "appointment_completed": "Appointment completed",
    "appointment_no_show": "Appointment no-show",
    "purchase_made": "Purchase made",
    "webhook_received": "Webhook received",
}
APPOINTMENTS: Final = (
    "appointment_booked",
    "appointment_cancelled",
    "appointment_completed",
    "appointment_no_show",
)
PURCHASES: Final = ("purchase_made",)
WEBHOOKS: Final = ("webhook_received",)

_CALL: Final = (
    "Have it send a POST request with JSON to the address whenever something happens, for example: {example}"
)

SOURCES: Final[dict[Source, SourceInfo]] = {
    Source.CALENDLY: SourceInfo(
        "Calendly",
        Kind.CALENDAR,
        "Booked and canceled appointments, and no-shows.",
        (APPOINTMENTS[0], APPOINTMENTS[1], APPOINTMENTS[3]),
        (
            "In Calendly, open Integrations, then API & webhooks, and create a personal access token."
            " Webhooks need a paid plan.",
            "Create a webhook subscription with Calendly’s API (POST /webhook_subscriptions): the address as"
            " url, the signing key as signing_key, and the events invitee.created, invitee.canceled, and"
            " invitee_no_show.created.",
        ),
    ),
    Source.CALCOM: SourceInfo(
        "Cal.com",
        Kind.CALENDAR,
        "Booked, canceled, and completed appointments.",
        APPOINTMENTS[:3],
        (
            "In Cal.com, open Settings, then Developer, then Webhooks, and add a webhook.",
            "Enter the address as subscriber URL and the signing key as secret.",
            "Choose the triggers Booking created, Booking rescheduled, Booking canceled, and Meeting ended.",
        ),
        reports_guests=True,
    ),
    Source.OTHER_CALENDAR: SourceInfo(
        "Other calendar",
        Kind.CALENDAR,
        "Software that can send JSON to an address, such as Zapier or Make.",
        APPOINTMENTS,
        (
            _CALL.format(
                example='{"type": "appointment_booked", "id": "booking-17", "email": "ann@example.com",'
                ' "data": {"calendar": "Demo", "starts_at": "2030-05-02T09:00:00Z"}}'
            ),
            "The type is appointment_booked, appointment_cancelled, appointment_completed, or"
            " appointment_no_show. An id counts once, so a request may be repeated.",
        ),
        is_signed=False,
    ),
    Source.STRIPE: SourceInfo(
        "Stripe",
        Kind.PAYMENTS,
        "Paid checkouts and invoices.",
        PURCHASES,
        (
            "In Stripe, open Developers, then Webhooks, and add an endpoint with the address.",
            "Choose the events checkout.session.completed, checkout.session.async_payment_succeeded, and"
            " invoice.paid.",
            "Copy the signing secret of the endpoint, and enter it below. A product or metadata named"
            " “product” is used as the product.",
        ),
        secret_label="Signing secret",
    ),
    Source.OTHER_PAYMENTS: SourceInfo(
        "Other shop",
        Kind.PAYMENTS,
        "Software that can send JSON to an address, such as Zapier or Make.",
        PURCHASES,
        (
            _CALL.format(
                example='{"id": "order-1042", "email": "ann@example.com",'
                ' "data": {"product": "Starter course", "amount": 49}}'
            ),
            "An id counts once, so a request may be repeated.",
        ),
        is_signed=False,
    ),
    Source.WEBHOOK: SourceInfo(
        "Incoming webhook",
        Kind.WEBHOOK,
        "Software that can send JSON to an address, such as a website, Zapier, or Make.",
        WEBHOOKS,
        (
            _CALL.format(
                example='{"key": "trial-started", "id": "event-17", "email": "ann@example.com",'
                ' "data": {"plan": "Pro"}}'
            ),
            "The key is that of the trigger “Webhook received”. An id counts once, so a request may be"
            " repeated.",
        ),
        is_signed=False,
    ),
}


def sources_of(kind: Kind) -> list[Source]:
    """Return the sources of a kind of service, in display order."""
    return [source for source, info in SOURCES.items() if info.kind == kind]

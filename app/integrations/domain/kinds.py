"""Kinds of external services that workflow steps may need."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    CALENDAR = "calendar"
    PAYMENTS = "payments"
    REVIEWS = "reviews"


@dataclass(frozen=True)
class Service:
    """Texts of a kind of service: name, what workflows use it for, and its availability."""

    label: str
    icon: str
    purpose: str
    availability: str = ""


SERVICES: Final[dict[Kind, Service]] = {
    Kind.EMAIL: Service(
        "Email",
        "mail",
        "Sends the emails in your workflows.",
        "Without a mail server, they stay in the outbox.",
    ),
    Kind.SMS: Service("SMS", "message", "Sends text messages.", "Connect Twilio to send them."),
    Kind.WEBHOOK: Service(
        "Webhooks",
        "webhook",
        "Starts a workflow when other software sends data.",
        "Steps that call webhooks need no connection.",
    ),
    Kind.CALENDAR: Service(
        "Calendar",
        "calendar",
        "Starts a workflow when someone books, keeps, or misses an appointment.",
        "Messages use the booking link in your business details.",
    ),
    Kind.PAYMENTS: Service(
        "Payments",
        "credit-card",
        "Starts a workflow, or reaches its goal, when someone buys.",
    ),
    Kind.REVIEWS: Service(
        "Reviews",
        "star",
        "Links to your review page in messages.",
        "Add your review link to your business details.",
    ),
}

BUSINESS_LINKS: Final = {Kind.CALENDAR: "booking_link", Kind.REVIEWS: "review_link"}
"""Business details that messages use instead of a service: {kind: field}."""

ALWAYS_CONNECTED: Final = frozenset({Kind.EMAIL})

_PLACES: Final = {kind.value: place for place, kind in enumerate(SERVICES)}


def service_name(kind: str) -> str:
    """Return the name of a kind of service; an unknown kind is returned unchanged."""
    return next((service.label for known, service in SERVICES.items() if known == kind), kind)


def in_order(kinds: Collection[str]) -> tuple[str, ...]:
    """Sort kinds of services in display order, unknown kinds last."""
    return tuple(sorted(kinds, key=lambda kind: (_PLACES.get(kind, len(_PLACES)), kind)))

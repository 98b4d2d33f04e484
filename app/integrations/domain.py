"""The kinds of outside services that steps of a workflow may need."""

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
    """What a kind is called, `purpose`: what workflows do with it, and `now`: what can be done until it can
    be connected."""

    label: str
    icon: str
    purpose: str
    now: str = ""


SERVICES: Final[dict[Kind, Service]] = {
    Kind.EMAIL: Service("Email", "mail", "Sends the emails in your workflows.", "Part of Muster"),
    Kind.SMS: Service("SMS", "message", "Sends text messages.", "Can’t be connected yet"),
    Kind.WEBHOOK: Service(
        "Webhooks", "webhook", "Exchanges events with other software.", "Can’t be connected yet"
    ),
    Kind.CALENDAR: Service(
        "Calendar",
        "calendar",
        "Starts a workflow when someone books, keeps, or misses an appointment.",
        "Can’t be connected yet. Messages use the booking link in your business details.",
    ),
    Kind.PAYMENTS: Service(
        "Payments",
        "credit-card",
        "Starts a workflow, or reaches its goal, when someone buys.",
        "Can’t be connected yet",
    ),
    Kind.REVIEWS: Service(
        "Reviews",
        "star",
        "Links to your review page in messages.",
        "Add your review link to your business details.",
    ),
}

BUSINESS_LINKS: Final = {Kind.CALENDAR: "booking_link", Kind.REVIEWS: "review_link"}
"""The business details that stand in for a service in texts."""

ALWAYS_CONNECTED: Final = frozenset({Kind.EMAIL})

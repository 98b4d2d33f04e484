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
    """What a kind is called, and `purpose`: what workflows do with it."""

    label: str
    icon: str
    purpose: str


SERVICES: Final[dict[Kind, Service]] = {
    Kind.EMAIL: Service("Email", "mail", "Sends the emails of your workflows."),
    Kind.SMS: Service("SMS", "message", "Sends short messages to phones."),
    Kind.WEBHOOK: Service(
        "Webhooks", "webhook", "Tells other programs what happens here, and hears from them."
    ),
    Kind.CALENDAR: Service(
        "Calendar",
        "calendar",
        "Starts a workflow when somebody books or misses an appointment; puts your booking link into texts.",
    ),
    Kind.PAYMENTS: Service("Payments", "credit-card", "Starts a workflow, or ends it, when somebody buys."),
    Kind.REVIEWS: Service("Reviews", "star", "Puts the link to your review page into messages."),
}

ALWAYS_CONNECTED: Final = frozenset({Kind.EMAIL})

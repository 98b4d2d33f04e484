"""What is counted of messages: how many were sent, and what became of those."""

from enum import StrEnum


class Result(StrEnum):
    """SENT: taken by the mail server, also if returned later. DELIVERED: confirmed by the recipient’s
    provider, and not returned. OPENED, CLICKED, and REPLIED: by a person, once for each message. COMPLAINED
    and UNSUBSCRIBED: because of this message. FAILED messages could not be sent, SKIPPED ones were not,
    because of the frequency cap or a stopped topic."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    FAILED = "failed"
    SKIPPED = "skipped"

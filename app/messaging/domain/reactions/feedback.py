"""What becomes of emails after they were sent, and reports about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Feedback(StrEnum):
    """DELIVERED: the recipient's mail server took it. BOUNCED: returned for good. SOFT_BOUNCED: returned for
    now, such as by a full mailbox. COMPLAINED: marked as spam. REPLIED: by a person, not by a machine."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft_bounced"
    COMPLAINED = "complained"
    REPLIED = "replied"


@dataclass(frozen=True)
class Report:
    """Feedback about the email with a Message-ID. `what` is None for a kind that changes nothing; `answer` is
    what a mail server said; `at` is when it happened, now without it."""

    message_id: str
    what: Feedback | None
    answer: str = ""
    at: datetime | None = None

"""Delivery reports of the provider, and what its error codes mean."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OPTED_OUT: Final = 21610


class Outcome(StrEnum):
    """SENT: the provider or the carrier has it. DELIVERED: it arrived. UNDELIVERED: it never will."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class SmsReport:
    """What the provider says of a text message; `code` is its error code, 0 without an error."""

    what: Outcome
    code: int = 0


_OUTCOMES: Final = {
    **dict.fromkeys(("queued", "accepted", "scheduled", "sending", "sent"), Outcome.SENT),
    **dict.fromkeys(("delivered", "read"), Outcome.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Outcome.UNDELIVERED),
}

_SENTENCES: Final = {
    20003: "Twilio refused the account SID or the auth token.",
    20005: "The Twilio account isn’t active.",
    20404: "Twilio doesn’t know the account SID or the sender.",
    21211: "Twilio doesn’t accept the phone number.",
    21212: "Twilio doesn’t accept the sender.",
    21217: "Twilio doesn’t accept the phone number.",
    21408: "The Twilio account can’t send to this country. You can enable it in the Twilio console.",
    21602: "The text is empty.",
    21603: "The Twilio account has no sender for this message.",
    21606: "The sender isn’t a number in the Twilio account that can send text messages.",
    21608: "Twilio trial accounts can only send to verified numbers.",
    OPTED_OUT: "The contact has opted out of text messages from this sender.",
    21611: "The sender has too many messages waiting at Twilio.",
    21612: "Twilio can’t reach this number from the sender.",
    21614: "The number isn’t a mobile number.",
    21617: "The text is longer than 1,600 characters.",
    21659: "The sender isn’t a number in the Twilio account.",
    21660: "The sender belongs to another Twilio account.",
    21701: "Twilio doesn’t know the messaging service.",
    21703: "The messaging service has no sender.",
    30001: "Too many messages were waiting at Twilio.",
    30002: "The Twilio account is suspended.",
    30003: "The phone couldn’t be reached.",
    30004: "The message was blocked by the phone or its carrier.",
    30005: "The number doesn’t exist or is no longer in use.",
    30006: "The number is a landline, or its carrier doesn’t support text messages.",
    30007: "The carrier filtered the message as unwanted.",
    30008: "The carrier didn’t say why it wasn’t delivered.",
    30032: "The toll-free sender isn’t verified.",
    30034: "The sender isn’t registered for sending to US numbers (A2P 10DLC).",
    30410: "The carrier didn’t answer in time.",
    63038: "The Twilio account has reached its daily message limit.",
}
ABOUT_SENDER: Final = frozenset(
    {20003, 20005, 20404, 21212, 21603, 21606, 21659, 21660, 21701, 21703, 30002, 63038}
)
"""Errors of the account and its sender, whoever the message is for: nothing is sent until they are fixed."""
FOR_NOW: Final = frozenset({20429, 21611, 30001})


def report_of(status: str, code: str) -> SmsReport | None:
    """Return what a status of the provider means; None for one that changes nothing."""
    what = _OUTCOMES.get(status)
    number = int(code) if code.isascii() and code.isdecimal() and len(code) < 7 else 0
    return SmsReport(what, number) if what else None


def sentence_of(code: int) -> str:
    """Return what an error code means, with the code, so that users can look it up."""
    if not code:
        return "Twilio didn’t say why."
    return f"{_SENTENCES.get(code, 'Twilio couldn’t send it.')} (Twilio error {code})"

"""Status (whether a contact may be contacted) and consent basis (the legal basis for contacting).

Files, bounces, and unsubscribe links can only move a contact up in `STRENGTH`. An unsubscribed contact is
active again if a user resubscribes it and states a reason, or if it signs up itself and confirms by email.
"""

from enum import StrEnum
from typing import Final

MAX_CONSENT_SOURCE = 200  # characters of what is stored as proof of consent


class Status(StrEnum):
    ACTIVE = "active"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"


CONTACTABLE: Final = Status.ACTIVE
"""The only status in which contacts are enrolled and receive messages."""

# Weakest first: a bounce is technical, an unsubscribe is the contact's choice, a block the account's.
STRENGTH: dict[Status, int] = {status: place for place, status in enumerate(Status)}


class SmsConsentStatus(StrEnum):
    """What a phone number says about text messages. Unknown is not yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, is_given: bool | None) -> "SmsConsentStatus":
        """Return it as a consent, given None for a number that has said nothing."""
        return cls.UNKNOWN if is_given is None else cls.YES if is_given else cls.NO


class ConsentBasis(StrEnum):
    OPT_IN = "opt_in"
    DOUBLE_OPT_IN = "double_opt_in"
    CUSTOMER = "customer"
    LEGITIMATE_INTEREST = "legitimate_interest"
    OTHER = "other"


CONSENT_LABELS: dict[ConsentBasis, str] = {
    ConsentBasis.OPT_IN: "Opt-in (signed up or gave consent)",
    ConsentBasis.DOUBLE_OPT_IN: "Double opt-in (confirmed by email)",
    ConsentBasis.CUSTOMER: "Existing customers",
    ConsentBasis.LEGITIMATE_INTEREST: "Legitimate interest",
    ConsentBasis.OTHER: "Other",
}


def consent_words(basis: str | None) -> str:
    """Return the label of a legal basis; empty if there is none."""
    return next((label for known, label in CONSENT_LABELS.items() if known == basis), "")


def may_be_contacted(status: str | None) -> bool:
    """Return whether a contact with this status may be enrolled and receive messages; False for an unknown or
    missing status. `infrastructure.conditions` has the SQL form."""
    return status == CONTACTABLE


def may_become(now: Status, wanted: Status) -> bool:
    """Return whether a file, bounce, or unsubscribe link may move a contact from `now` to `wanted`."""
    return STRENGTH[wanted] > STRENGTH[now]

"""Whether a contact may be contacted (status) and on which legal basis (consent basis).

Consent is easily taken away and hardly given back: whatever comes in a file can only move a contact up
in `STRENGTH`, and the one way down is a person who reactivates an unsubscribed contact and says why.
"""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    ACTIVE = "active"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"


CONTACTABLE: Final = Status.ACTIVE
"""The one status in which people are enrolled and receive messages."""

# A bounce is a technical matter; the person's own will weighs more, and what the account decided most.
STRENGTH: dict[Status, int] = {status: place for place, status in enumerate(Status)}


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


def may_be_contacted(status: str | None) -> bool:
    """Whether a contact with this status may be enrolled and receive messages. A status that is unknown or
    missing says no. `infrastructure.conditions` has the same as a condition for statements."""
    return status == CONTACTABLE


def may_become(now: Status, wanted: Status) -> bool:
    """Whether a file, a bounce or an unsubscribe link may move a contact from `now` to `wanted`."""
    return STRENGTH[wanted] > STRENGTH[now]

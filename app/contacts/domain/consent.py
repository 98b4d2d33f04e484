"""May this person be written to? Status says so, the consent basis says why.

Consent is easily taken away and hardly given back: whatever comes in a file can only move a contact up
in `STRENGTH`, and the one way down is a person who reactivates an unsubscribed contact and says why.
"""

from enum import StrEnum


class Status(StrEnum):
    ACTIVE = "active"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"


# A bounce is a technical matter; the person's own will weighs more, and what the account decided most.
STRENGTH: dict[Status, int] = {status: place for place, status in enumerate(Status)}


class ConsentBasis(StrEnum):
    OPT_IN = "opt_in"
    DOUBLE_OPT_IN = "double_opt_in"
    CUSTOMER = "customer"
    LEGITIMATE_INTEREST = "legitimate_interest"
    OTHER = "other"


CONSENT_LABELS: dict[ConsentBasis, str] = {
    ConsentBasis.OPT_IN: "They signed up or said yes",
    ConsentBasis.DOUBLE_OPT_IN: "They signed up and confirmed by email",
    ConsentBasis.CUSTOMER: "They are customers",
    ConsentBasis.LEGITIMATE_INTEREST: "Legitimate interest",
    ConsentBasis.OTHER: "Another reason",
}


def may_become(now: Status, wanted: Status) -> bool:
    """Whether a file, a bounce or an unsubscribe link may move a contact from `now` to `wanted`."""
    return STRENGTH[wanted] > STRENGTH[now]

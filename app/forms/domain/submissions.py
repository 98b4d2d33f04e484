"""What becomes of a submission, and how long it may take."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from app.forms.domain.details import OWN, STANDARD

CONFIRM_WITHIN: Final = timedelta(days=7)
MOST_EMAILS: Final = 3
EMAILS_WITHIN: Final = timedelta(days=1)
"""At most so many emails go to one address within this time: whoever enters it may not be its owner."""
MOST_ATTEMPTS: Final = 10
"""How often one of them is tried, also by senders that were killed."""


class SubmissionState(StrEnum):
    """WAITING: it has to be confirmed by email, and nothing is done before. RECEIVED: its contact was created
    or updated."""

    WAITING = "waiting"
    RECEIVED = "received"


def is_expired(state: str, submitted_at: datetime, now: datetime) -> bool:
    """Return whether a submission can no longer be confirmed."""
    return state == SubmissionState.WAITING and now - submitted_at > CONFIRM_WITHIN


def key_of(page: str, values: Mapping[str, Any], consent_text: str) -> str:
    """Return the key of a submission: a UUID with the time of `page`, the key of the page that was sent, made
    of what it says. A page that is sent twice counts once; one that was corrected before counts again."""
    said = json.dumps([page, values, consent_text], sort_keys=True)
    digest = sha256(said.encode()).hexdigest()
    return f"{page[:15]}{digest[:3]}-a{digest[3:6]}-{digest[6:18]}"


def answers_in(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what was entered, by the keys of the fields, from the column values that were made of it."""
    own = {f"{OWN}{key}": text for key, text in values.get("custom", {}).items()}
    known = {key: values[key] for key in ("email", *STANDARD) if values.get(key)}
    return {key: str(text) for key, text in (known | own).items()}

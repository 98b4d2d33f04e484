"""Signatures of software that reports events: HMAC-SHA256 of the body as it was sent."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from app.integrations.domain.event_sources import Source

MOST_AGE: Final = timedelta(minutes=5)
"""Stripe signs every attempt anew."""
MOST_AGE_OF_RETRIES: Final = timedelta(days=3)
"""Calendly and Cal.com try again for a day. What is sent again changes nothing, because each event counts
once."""
MAX_SECRET: Final = 200


def is_signed(source: Source, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Return whether a source has signed a body, not long ago. `headers` have names in lower case. What
    Cal.com signs has its time inside; see `reading`."""
    if source == Source.CALCOM:
        return _fits(secret, body, [headers.get("x-cal-signature-256", "")])
    header, most = {
        Source.CALENDLY: ("calendly-webhook-signature", MOST_AGE_OF_RETRIES),
        Source.STRIPE: ("stripe-signature", MOST_AGE),
    }[source]
    parts = [part.strip().partition("=") for part in headers.get(header, "")[:2_000].split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    given = [value for name, _, value in parts if name == "v1"]
    return is_recent(stamp, now, most) and _fits(secret, stamp.encode() + b"." + body, given)


def is_recent(stamp: str, now: datetime, most: timedelta) -> bool:
    """Return whether a time, in seconds since 1970, is near."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        return False
    return abs(now - datetime.fromtimestamp(int(stamp), UTC)) <= most


def _fits(secret: str, content: bytes, given: list[str]) -> bool:
    expected = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().encode()
    return any(hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in given)

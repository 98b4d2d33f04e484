"""Signatures of email providers, and the keys that people enter to check them."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.messaging.domain.providers.reading import Provider, moment_of

MAX_KEY: Final = 1_000
MAX_AGE: Final = timedelta(days=3)
"""How long after it was signed a report counts. Providers try again for up to a day."""

KEY_PROBLEMS: Final = {
    Provider.SENDGRID: "Enter the verification key of the event webhook as SendGrid shows it.",
    Provider.MAILGUN: "Enter the HTTP webhook signing key from your Mailgun account.",
    Provider.SES: "Enter the ARN of the SNS topic, such as arn:aws:sns:eu-west-1:123456789012:feedback.",
}
"""What to enter. Postmark does not sign: its key is part of its address, which has to stay secret."""

_TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?")
_HOST: Final = r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"
_CERTIFICATE = re.compile(_HOST + r"/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem")
_SUBSCRIPTION = re.compile(_HOST + r"/\?Action=ConfirmSubscription&[\w.~%:=&-]{1,2000}", re.ASCII)


def key_problem(provider: Provider, key: str) -> str | None:
    """Return what is wrong with the key of a provider, or None."""
    if provider == Provider.POSTMARK:
        return None
    is_right = {
        Provider.SENDGRID: lambda: len(_decoded(key) or b"") > 50,
        Provider.MAILGUN: lambda: bool(re.fullmatch(r"[\w-]{16,200}", key)),
        Provider.SES: lambda: bool(_TOPIC.fullmatch(key)),
    }[provider]()
    return None if is_right else KEY_PROBLEMS[provider]


def signature_of_mailgun(key: str, document: Any, now: datetime) -> str | None:
    """Return the signature in a document, HMAC-SHA256 of time and token, in hexadecimal digits; None if it is
    wrong or old. It does not cover the event beside it."""
    signature = document.get("signature") if isinstance(document, dict) else None
    if not isinstance(signature, dict):
        return None
    stamp, token, given = (str(signature.get(name, "")) for name in ("timestamp", "token", "signature"))
    expected = hmac.new(key.encode(), _bytes(f"{stamp}{token}"), hashlib.sha256).hexdigest()
    is_right = hmac.compare_digest(expected.encode(), _bytes(given)) and is_recent(stamp, now)
    return expected if is_right else None


def is_recent(stamp: str, now: datetime) -> bool:
    """Return whether a report was signed not long ago: what somebody has recorded can’t be sent again years
    later. `stamp` is in seconds since 1970, or as ISO 8601."""
    at = moment_of(int(stamp[:20]) if stamp.isdecimal() else stamp)
    return at is not None and abs(now - at) < MAX_AGE


def is_certificate_of_amazon(url: str) -> bool:
    """Return whether Amazon SNS keeps a certificate at an address. Other addresses of the same host answer
    with texts that anybody may have written."""
    return bool(_CERTIFICATE.fullmatch(url))


def is_subscription_of_amazon(url: str) -> bool:
    """Return whether an address confirms a subscription at Amazon SNS, and does nothing else."""
    return bool(_SUBSCRIPTION.fullmatch(url)) and url.count("Action=") == 1


def signed_by_sns(envelope: Mapping[str, Any]) -> bytes:
    """Return what Amazon SNS signs: names and values of some fields, in order, each on a line."""
    names = ["Message", "MessageId"]
    if envelope.get("Type") == "Notification":
        names += ["Subject"] if "Subject" in envelope else []
        names += ["Timestamp", "TopicArn", "Type"]
    else:
        names += ["SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    return _bytes("".join(f"{name}\n{envelope.get(name, '')}\n" for name in names))


def _bytes(text: str) -> bytes:
    """Return a text of a JSON document, which may hold halves of characters."""
    return text.encode(errors="surrogatepass")


def _decoded(key: str) -> bytes | None:
    try:
        return base64.b64decode(key, validate=True)
    except ValueError:
        return None

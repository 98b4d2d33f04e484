"""Signatures of mail providers, and the keys that people enter to check them."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

from app.messaging.domain.providers.reading import Provider

MAX_KEY: Final = 1_000

KEY_PROBLEMS: Final = {
    Provider.SENDGRID: "Enter the verification key of the event webhook as SendGrid shows it.",
    Provider.MAILGUN: "Enter the HTTP webhook signing key from your Mailgun account.",
    Provider.SES: "Enter the ARN of the SNS topic, such as arn:aws:sns:eu-west-1:123456789012:feedback.",
}
"""What to enter; Postmark does not sign, so there its address has to stay secret."""

_TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?")
_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")


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


def is_signed_by_mailgun(key: str, document: Any) -> bool:
    """HMAC-SHA256 of time and token, which the document holds beside the event."""
    signature = document.get("signature") if isinstance(document, dict) else None
    if not isinstance(signature, dict):
        return False
    stamp, token, given = (str(signature.get(name, "")) for name in ("timestamp", "token", "signature"))
    expected = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.encode())


def is_of_amazon(url: str) -> bool:
    """Return whether an address belongs to Amazon SNS."""
    scheme, _, rest = url.partition("://")
    return scheme == "https" and bool(_HOST.fullmatch(rest.partition("/")[0]))


def signed_by_sns(envelope: Mapping[str, Any]) -> bytes:
    """Return what Amazon SNS signs: names and values of some fields, in order, each on a line."""
    names = ["Message", "MessageId"]
    if envelope.get("Type") == "Notification":
        names += ["Subject"] if "Subject" in envelope else []
        names += ["Timestamp", "TopicArn", "Type"]
    else:
        names += ["SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    return "".join(f"{name}\n{envelope.get(name, '')}\n" for name in names).encode()


def _decoded(key: str) -> bytes | None:
    try:
        return base64.b64decode(key, validate=True)
    except ValueError:
        return None

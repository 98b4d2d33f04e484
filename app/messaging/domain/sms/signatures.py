"""The signature of the provider's requests: HMAC-SHA1 of the address and the sorted fields, in Base64, with
the auth token as the key (header X-Twilio-Signature)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the signature of a request to `url` with these fields. A field that is there several times
    counts once with each value."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


def is_signed(token: str, url: str, fields: Iterable[tuple[str, str]], given: str) -> bool:
    return hmac.compare_digest(signature(token, url, fields).encode(), given.encode())

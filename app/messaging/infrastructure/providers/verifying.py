"""Signatures with public keys: of SendGrid (ECDSA), and of Amazon SNS (RSA, with a certificate)."""

import base64
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.messaging.domain.providers.signing import (
    is_certificate_of_amazon,
    is_subscription_of_amazon,
    signed_by_sns,
)
from app.platform.outgoing.client import NotCalled, call
from app.platform.settings import current

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

MAX_CERTIFICATE: Final = 16 * 1024
MOST_CERTIFICATES: Final = 16
AGAIN_SECONDS: Final = 60.0
"""How long a certificate that is not valid is kept, before it may have been replaced at its address."""

_certificates: "dict[str, tuple[Certificate, float]]" = {}
"""{address: (the certificate, when it was asked for (monotonic))}, the one asked for first is the first."""
_changing = threading.Lock()


def is_signed_by_sendgrid(key: str, stamp: str, body: bytes, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(base64.b64decode(signature, validate=True), stamp.encode() + body, ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def is_signed_by_sns(envelope: Mapping[str, Any], at: datetime) -> bool:
    """Return whether Amazon SNS has signed a message, with a certificate that is valid at a time."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    url = str(envelope.get("SigningCertURL", ""))
    kind = {"1": SHA1, "2": SHA256}.get(str(envelope.get("SignatureVersion")))
    is_trusted = is_certificate_of_amazon(url) or _is_ours(url)
    public = _sns_key(url, at) if kind and is_trusted else None
    if public is None or kind is None:
        return False
    try:
        signature = base64.b64decode(str(envelope.get("Signature", "")), validate=True)
        public.verify(signature, signed_by_sns(envelope), PKCS1v15(), kind())
    except (ValueError, InvalidSignature):
        return False
    return True


def confirm_subscription(url: str) -> bool:
    """Call the address by which Amazon SNS learns that its messages are wanted; return whether it answered
    well."""
    if not (is_subscription_of_amazon(url) or _is_ours(url)):
        return False
    try:
        return 200 <= call("GET", url, {}, None, _is_ours(url)).status < 300
    except NotCalled:
        return False


def _is_ours(url: str) -> bool:
    own = current().sns_url
    return bool(own and url.isascii() and url.startswith(f"{own}/"))


def _sns_key(url: str, at: datetime) -> "RSAPublicKey | None":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        found = _certificate(url, at)
        public = found.public_key()
    except (NotCalled, ValueError):
        return None
    return public if _is_valid(found, at) and isinstance(public, RSAPublicKey) else None


def _certificate(url: str, at: datetime) -> "Certificate":
    """Return the certificate at an address, which is asked again if the known one is not valid at a time.
    Raises NotCalled and ValueError."""
    tick = time.monotonic()
    found, asked_at = _certificates.get(url, (None, 0.0))
    if found is not None:
        if _is_valid(found, at) or tick - asked_at < AGAIN_SECONDS:
            return found
        _keep(url, found, tick)  # in case it can't be fetched now
    fetched = _fetched(url)
    _keep(url, fetched, tick)
    return fetched


def _keep(url: str, found: "Certificate", asked_at: float) -> None:
    with _changing:
        _certificates.pop(url, None)
        _certificates[url] = found, asked_at
        while len(_certificates) > MOST_CERTIFICATES:
            del _certificates[next(iter(_certificates))]


def _fetched(url: str) -> "Certificate":
    """Raises NotCalled and ValueError."""
    from cryptography.x509 import load_pem_x509_certificate

    answer = call("GET", url, {}, None, _is_ours(url), MAX_CERTIFICATE)
    return load_pem_x509_certificate(answer.text.encode())


def _is_valid(found: "Certificate", at: datetime) -> bool:
    return found.not_valid_before_utc <= at <= found.not_valid_after_utc

"""Texts encrypted with keys that are derived from the installation's secret key, one for each purpose. The
library takes 8 MB of a process, so it is loaded when needed."""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from app.platform.settings import current

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def encrypted(text: str, purpose: str) -> str:
    """Return a text encrypted, in characters that addresses may contain."""
    return _fernet(current().secret_key, purpose).encrypt(text.encode()).decode()


def decrypted(text: str, purpose: str) -> str | None:
    """Return the text; None if it was not encrypted here, for this purpose, with this secret key."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(current().secret_key, purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def sealed(number: int, purpose: str) -> str:
    """Return a positive number as 48 hexadecimal digits, always the same ones, that reveal nothing of it."""
    return _siv(current().secret_key, purpose).encrypt(number.to_bytes(8), None).hex()


def opened(text: str, purpose: str) -> int | None:
    """Return the number; None if it was not sealed here, for this purpose, with this secret key."""
    from cryptography.exceptions import InvalidTag

    try:
        content = bytes.fromhex(text)
        return int.from_bytes(_siv(current().secret_key, purpose).decrypt(content, None))
    except (ValueError, InvalidTag):
        return None


@lru_cache(maxsize=8)
def _siv(secret_key: str, purpose: str) -> "AESSIV":
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256))


@lru_cache(maxsize=8)
def _fernet(secret_key: str, purpose: str) -> "Fernet":
    from cryptography.fernet import Fernet

    digest = hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(digest))

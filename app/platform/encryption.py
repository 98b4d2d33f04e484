"""Texts encrypted with keys that are derived from those of the installation, one for each purpose.

What links and addresses hold is encrypted with SECRET_KEY. Passwords and other secrets that are saved are
encrypted with the first key of ENCRYPTION_KEY and read with any of them, or with SECRET_KEY, which is what
encrypts them while ENCRYPTION_KEY isn't set. The library takes 8 MB of a process, so it is loaded when
needed.
"""

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
    return _decrypted(current().secret_key, text, purpose)


def saved_keys() -> tuple[str, ...]:
    """Return the keys that saved secrets may be encrypted with. The first one encrypts."""
    settings = current()
    return (*settings.encryption_key, settings.secret_key)


def encrypted_to_save(text: str, purpose: str) -> str:
    """Return a secret encrypted with the first key."""
    return _fernet(saved_keys()[0], purpose).encrypt(text.encode()).decode()


def decrypted_saved(text: str, purpose: str) -> str | None:
    """Return a saved secret; None if none of the keys has encrypted it for this purpose."""
    found = (_decrypted(key, text, purpose) for key in saved_keys())
    return next((one for one in found if one is not None), None)


def key_of_saved(text: str, purpose: str) -> str | None:
    """Return the key that has encrypted a saved secret; None if it is none of those that are set."""
    return next((key for key in saved_keys() if _decrypted(key, text, purpose) is not None), None)


def has_first_key(text: str, purpose: str) -> bool:
    """Return whether a saved secret is encrypted with the first key."""
    return _decrypted(saved_keys()[0], text, purpose) is not None


def _decrypted(key: str, text: str, purpose: str) -> str | None:
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(key, purpose).decrypt(text.encode()).decode()
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


@lru_cache(maxsize=64)
def _fernet(secret_key: str, purpose: str) -> "Fernet":
    from cryptography.fernet import Fernet

    digest = hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(digest))

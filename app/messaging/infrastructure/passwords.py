"""Passwords of mail servers, encrypted with a key that is derived from the installation's secret key, so that
the database alone does not reveal them. The library takes 8 MB of a process, so it is loaded when needed."""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from app.platform.settings import current

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def encrypted(password: str) -> str:
    return _fernet(current().secret_key).encrypt(password.encode()).decode()


def decrypted(text: str) -> str | None:
    """Return the password; None if it was encrypted with another secret key."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(current().secret_key).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _fernet(secret_key: str) -> "Fernet":
    from cryptography.fernet import Fernet

    digest = hmac.digest(secret_key.encode(), b"muster mail server password", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(digest))

"""Passwords of mail servers, encrypted with a key that is derived from the installation's secret key, so that
the database alone does not reveal them."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

from app.platform.settings import current


def encrypted(password: str) -> str:
    return _fernet(current().secret_key).encrypt(password.encode()).decode()


def decrypted(text: str) -> str | None:
    """Return the password; None if it was encrypted with another secret key."""
    try:
        return _fernet(current().secret_key).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _fernet(secret_key: str) -> Fernet:
    digest = hmac.digest(secret_key.encode(), b"muster mail server password", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(digest))

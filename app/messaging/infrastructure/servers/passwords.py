"""Passwords of mail servers, encrypted, so that the database alone does not reveal them."""

from app.platform import encryption

_PURPOSE = "muster mail server password"


def encrypted(password: str) -> str:
    return encryption.encrypted(password, _PURPOSE)


def decrypted(text: str) -> str | None:
    """Return the password; None if it was encrypted with another secret key."""
    return encryption.decrypted(text, _PURPOSE)

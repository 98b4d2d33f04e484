"""Passwords of mail servers, encrypted, so that the database alone does not reveal them."""

from typing import Final

from app.platform import encryption

PURPOSE: Final = "muster mail server password"


def encrypted(password: str) -> str:
    return encryption.encrypted_to_save(password, PURPOSE)


def decrypted(text: str) -> str | None:
    """Return the password; None if it was encrypted with another key."""
    return encryption.decrypted_saved(text, PURPOSE)

"""Auth tokens of providers, encrypted, so that the database alone does not reveal them, and the keys in the
addresses that providers call."""

from typing import Final

from app.platform import encryption

TOKENS: Final = "muster sms auth token"
_HOOKS: Final = "addresses for sms providers"


def encrypted(token: str) -> str:
    return encryption.encrypted_to_save(token, TOKENS)


def decrypted(text: str) -> str | None:
    """Return the token; None if it was encrypted with another key."""
    return encryption.decrypted_saved(text, TOKENS)


def hook_key(account_id: int) -> str:
    """Return what names an account in the addresses that its provider calls."""
    return encryption.sealed(account_id, _HOOKS)


def account_with(key: str) -> int | None:
    """Return the id of the account with this key; None for one that was not made here."""
    return encryption.opened(key, _HOOKS)

"""The tokens in links of invitations.

A link that came by email proves that the address is the person's. One that a page has shown to whoever
invites proves nothing, so its token says so, and a proof is emailed, which is added to it. Nothing else is
stored for that: the token is random, and the proof can only be made here.
"""

import hashlib
import hmac
import secrets
from typing import Final

from app.accounts.domain.hashing import stored_hash
from app.platform.settings import current

_SHOWN: Final = "shown"


def new_token(*, is_shown: bool) -> str:
    token = secrets.token_urlsafe(32)
    return f"{_SHOWN}.{token}" if is_shown else token


def hash_of(token: str) -> str:
    """Return what is stored of a token, with or without its proof."""
    return stored_hash(_without_proof(token))


def with_proof(token: str) -> str:
    """Return the token for a link in an email to the invited address."""
    return token if proves_address(token) else f"{_without_proof(token)}.{_proof(token)}"


def proves_address(token: str) -> bool:
    """Return whether whoever has this token has read an email to the invited address."""
    kind, _, rest = token.partition(".")
    if kind != _SHOWN:
        return True
    return hmac.compare_digest(rest.partition(".")[2].encode(), _proof(token).encode())


def _without_proof(token: str) -> str:
    return ".".join(token.split(".")[:2]) if token.startswith(f"{_SHOWN}.") else token


def _proof(token: str) -> str:
    text = f"address of an invitation {_without_proof(token)}"
    return hmac.digest(current().secret_key.encode(), text.encode(), hashlib.sha256).hex()

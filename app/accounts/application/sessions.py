"""Server-side sessions: each sign-in gets a random token that the server can revoke.

The session cookie and the "Keep me signed in" cookie identify the user by this token alone, so a copied
cookie is useless once the session has ended or expired.
"""

import hashlib
import secrets
from datetime import timedelta

from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure.tables import User
from app.platform.clock import now
from app.platform.database import transaction

REMEMBERED_SESSION_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=7)  # the cookie itself ends with the browser


def begin_session(user_id: int, is_remembered: bool) -> str:
    """Start a session and return its token. Only the token's SHA-256 is stored."""
    token = secrets.token_urlsafe(32)
    started_at = now()
    expires_at = started_at + (REMEMBERED_SESSION_LIFETIME if is_remembered else SESSION_LIFETIME)
    with transaction():
        store.add_sign_in(user_id, _hash(token), started_at, expires_at)
    return token


def user_of_session(token: str) -> User | None:
    """Return the active user of a session, or None if it is unknown, ended, or expired."""
    return queries.user_of_sign_in(_hash(token), now())


def end_session(token: str) -> None:
    """End one session. Copies of its cookies stop working, too."""
    with transaction():
        store.end_sign_in(_hash(token))


def end_other_sessions(user_id: int, current_token: str = "") -> int:
    """End all sessions of a user except the one with `current_token`; return how many ended.

    Joins the current transaction, if any.
    """
    with transaction():
        return store.end_sign_ins_of(user_id, _hash(current_token))


def discard_expired_sessions() -> int:
    """Delete expired sessions and return how many."""
    with transaction():
        return store.discard_expired_sign_ins(now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Sessions: each browser that signs in gets a token of its own, which the server can end.

Both cookies, the session's and the one behind "Keep me signed in", carry that token and nothing else that
identifies a person. A copy of either is worthless once the session has ended or expired.
"""

import hashlib
import secrets
from datetime import timedelta

from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure.tables import User
from app.platform.clock import now
from app.platform.database import transaction

REMEMBERED_FOR = timedelta(days=30)
OTHERWISE_FOR = timedelta(days=7)  # if the browser stays open for that long


def begin_session(user_id: int, is_remembered: bool) -> str:
    """Start a session and return its token, which the server itself does not keep."""
    token = secrets.token_urlsafe(32)
    started_at = now()
    expires_at = started_at + (REMEMBERED_FOR if is_remembered else OTHERWISE_FOR)
    with transaction():
        store.add_sign_in(user_id, _hash(token), started_at, expires_at)
    return token


def user_of_session(token: str) -> User | None:
    """The active person whose session this is, or None: unknown, ended or expired."""
    return queries.user_of_sign_in(_hash(token), now())


def end_session(token: str) -> None:
    """Sign out the one browser, and every copy of its cookies."""
    with transaction():
        store.end_sign_in(_hash(token))


def end_other_sessions(user_id: int, current_token: str = "") -> int:
    """Sign a person out everywhere but in the browser with `current_token`, as after a change of password.
    Returns how many sessions ended. Joins the transaction under way, if there is one."""
    with transaction():
        return store.end_sign_ins_of(user_id, _hash(current_token))


def discard_expired_sessions() -> int:
    """Remove what is left of sessions that nobody ended."""
    with transaction():
        return store.discard_expired_sign_ins(now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

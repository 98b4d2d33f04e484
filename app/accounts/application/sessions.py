"""Server-side sessions: each sign-in gets a random token that the server can revoke.

The session cookie and the "Keep me signed in" cookie identify the user by this token alone, so a copied
cookie is useless once the session has ended or expired.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.accounts.domain import Actor
from app.accounts.domain.devices import MAX_ADDRESS, MAX_USER_AGENT
from app.accounts.domain.hashing import stored_hash
from app.accounts.infrastructure import sign_ins, store
from app.accounts.infrastructure.sign_ins import KnownSession
from app.accounts.infrastructure.tables import User
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import is_transient, transaction
from app.platform.errors import Conflict, NotFound

REMEMBERED_SESSION_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=7)  # the cookie itself ends with the browser
FRESH_FOR = timedelta(hours=1)
SEEN_PRECISION = timedelta(minutes=10)
MOST_LISTED = 50
SIGN_IN_CHANGED = "Your password or how you sign in was changed a moment ago. Sign in again."
UNUSED_LIFETIME = timedelta(days=14)


def begin_session(
    user_id: int, mark: str, is_remembered: bool, address: str = "", user_agent: str = ""
) -> str:
    """Start a session and return its token. Only the token's SHA-256 is stored.

    `mark` is the `fs_uniquifier` of the user whose password was checked. Raises Conflict if it is another one
    by now: the password was changed, or two-factor authentication turned on, between the check and this, and
    a session would outlive what ends all others.
    """
    token = secrets.token_urlsafe(32)
    started_at = now()
    expires_at = started_at + (REMEMBERED_SESSION_LIFETIME if is_remembered else SESSION_LIFETIME)
    with transaction():
        is_added = store.add_sign_in(
            user_id,
            mark,
            stored_hash(token),
            started_at,
            expires_at,
            address[:MAX_ADDRESS],
            user_agent[:MAX_USER_AGENT],
        )
        if not is_added:
            raise Conflict("CONFLICT", SIGN_IN_CHANGED, next_url="/sign-in", next_label="Sign in")
    return token


def user_of_session(token: str, address: str) -> User | None:
    """Return the active user of a session, or None if it is unknown, ended, expired, or long unused."""
    found = sign_ins.user_of_sign_in(stored_hash(token), now())
    if found is None or _is_unused(found[2]):
        return None
    user, sign_in_id, last_seen_at = found
    _note_seen(sign_in_id, last_seen_at, address)
    return user


def is_fresh(token: str) -> bool:
    """Return whether the user of a session signed in so recently that they need not enter their password
    again."""
    started_at = sign_ins.start_of_sign_in(stored_hash(token))
    return started_at is not None and now() - started_at < FRESH_FOR


def list_sessions(actor: Actor, current_token: str) -> Sequence[KnownSession]:
    """Return the actor’s sessions, the current one first, at most MOST_LISTED."""
    found = sign_ins.sessions_of(_id_of(actor), stored_hash(current_token), now(), MOST_LISTED)
    return [one for one in found if not _is_unused(one.last_seen_at)]


def end_session_of(actor: Actor, session_id: int) -> None:
    """End one of the actor’s sessions. Raises NotFound."""
    with transaction():
        if not store.end_sign_in_of(_id_of(actor), session_id):
            raise NotFound("NOT_FOUND", "This session has already ended.")
        _record_ended(actor, 1)


def end_all_others(actor: Actor, current_token: str) -> int:
    """End all of the actor’s sessions except the current one; return how many ended."""
    with transaction():
        ended = end_other_sessions(_id_of(actor), current_token)
        if ended:
            _record_ended(actor, ended)
    return ended


def end_session(token: str) -> None:
    """End one session. Copies of its cookies stop working, too."""
    with transaction():
        store.end_sign_in(stored_hash(token))


def end_other_sessions(user_id: int, current_token: str = "") -> int:
    """End all sessions of a user except the one with `current_token`; return how many of them could still
    have been used.

    Joins the current transaction, if any.
    """
    with transaction():
        ended = store.end_sign_ins_of(user_id, stored_hash(current_token))
    return sum(expires_at > now() and not _is_unused(seen_at) for expires_at, seen_at in ended)


def discard_expired_sessions() -> int:
    """Delete expired sessions and return how many."""
    with transaction():
        return store.discard_expired_sign_ins(now())


def _is_unused(last_seen_at: datetime) -> bool:
    return now() - last_seen_at > UNUSED_LIFETIME


def _note_seen(sign_in_id: int, last_seen_at: datetime, address: str) -> None:
    """Record that a session was used. A database that cannot be written does no harm."""
    at = now()
    if at - last_seen_at < SEEN_PRECISION:
        return
    try:
        with transaction():
            store.note_seen(sign_in_id, at, address[:MAX_ADDRESS])
    except Exception as failure:
        if not is_transient(failure) and not isinstance(failure, OSError):
            raise


def _record_ended(actor: Actor, count: int) -> None:
    activity.record(actor, "sessions_ended", "user", _id_of(actor), name=actor.name, count=count)


def _id_of(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFound("NOT_FOUND", "This person doesn’t exist.")
    return actor.user_id

"""Queries for sessions: who is signed in, and in which browsers.

The statement of every request is built once: building it takes longer than running it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import SignIn, User
from app.platform.database import session


def user_of_sign_in(token_hash: str, at: datetime) -> tuple[User, int, datetime] | None:
    """Return (user, id of the session, when it was last seen), or None if the session has expired or the user
    was deactivated."""
    row = session().execute(_user_of_sign_in(), {"token_hash": token_hash, "at": at}).first()
    return (row[0], row[1], row[2]) if row else None


@lru_cache
def _user_of_sign_in() -> sa.Select[User, int, datetime]:
    token_hash = sa.bindparam("token_hash", type_=SignIn.token_hash.type)
    at = sa.bindparam("at", type_=SignIn.expires_at.type)
    return (
        sa.select(User, SignIn.id, _last_seen_at())
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == token_hash, SignIn.expires_at > at, User.active)
    )


def _last_seen_at() -> sa.ColumnElement[datetime]:
    return sa.func.coalesce(SignIn.last_seen_at, SignIn.started_at)


def start_of_sign_in(token_hash: str) -> datetime | None:
    return session().scalar(sa.select(SignIn.started_at).where(SignIn.token_hash == token_hash))


class KnownSession(NamedTuple):
    """A session of a user. `is_current`: the one that asks."""

    id: int
    user_agent: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool


def sessions_of(user_id: int, current_hash: str, at: datetime, limit: int) -> Sequence[KnownSession]:
    """Return up to `limit` sessions of a user that have not expired, the current one first, then those last
    seen."""
    is_current = SignIn.token_hash == current_hash
    rows = session().execute(
        sa.select(
            SignIn.id,
            SignIn.user_agent,
            SignIn.address,
            SignIn.started_at,
            _last_seen_at().label("last_seen_at"),
            is_current.label("is_current"),
        )
        .where(SignIn.user_id == user_id, SignIn.expires_at > at)
        .order_by(is_current.desc(), _last_seen_at().desc(), SignIn.id.desc())
        .limit(limit)
    )
    return [KnownSession(*row) for row in rows]

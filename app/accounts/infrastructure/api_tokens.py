"""Queries and writes of API tokens, and of the responses kept for repeated requests."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account, ApiRequest, ApiToken, Membership, User
from app.platform.database import session
from app.platform.database.short_reads import read_built

_PLAIN = {"synchronize_session": False}


class Bearer(NamedTuple):
    """A valid token with its user, account, and the user's role there."""

    token_id: int
    scopes: list[str]
    last_used_at: datetime | None
    user_id: int
    user_name: str
    email: str
    account_id: int
    account_name: str
    time_zone: str
    country: str
    suspended_at: datetime | None
    role: str


class ListedToken(NamedTuple):
    token: ApiToken
    user_name: str


def bearer_of(token_hash: str, at: datetime) -> Bearer | None:
    """Return who has this token; None if it is unknown, revoked, or expired, or the user has left."""
    values = {"token_hash": token_hash, "at": at}
    rows = read_built(_bearer(), values, cross_account=True)
    return Bearer(*rows[0]) if rows else None


@lru_cache  # every request of the API runs it
def _bearer() -> sa.Select[Any]:
    token, user, account, member = (table.__table__.c for table in (ApiToken, User, Account, Membership))
    at = sa.bindparam("at", type_=token.expires_at.type)
    in_account = sa.or_(member.account_id == account.id, member.account_id == account.parent_id)
    return (
        sa.select(
            token.id,
            token.scopes,
            token.last_used_at,
            user.id,
            user.name,
            user.email,
            account.id,
            account.name,
            account.time_zone,
            account.country,
            account.suspended_at,
            member.role,
        )
        .select_from(ApiToken.__table__)
        .join(User.__table__, user.id == token.user_id)
        .join(Account.__table__, account.id == token.account_id)
        .join(Membership.__table__, sa.and_(member.user_id == user.id, in_account))
        .where(
            token.token_hash == sa.bindparam("token_hash", type_=token.token_hash.type),
            token.revoked_at.is_(None),
            sa.or_(token.expires_at.is_(None), token.expires_at > at),
            user.active,
        )
        .order_by(member.account_id != account.id)  # the role in the account itself comes first
        .limit(1)
    )


def tokens_of(account_id: int, user_id: int | None) -> Sequence[ListedToken]:
    """Return the tokens of a user in an account (None: of all users) that are not revoked, newest first."""
    query = (
        sa.select(ApiToken, User.name)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id.desc())
    )
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    return [ListedToken(*row) for row in session().execute(query)]


def count_accounts_with_tokens(user_id: int, at: datetime) -> int:
    """Return in how many accounts a user has tokens that are valid."""
    query = sa.select(sa.func.count(ApiToken.account_id.distinct())).where(
        ApiToken.user_id == user_id,
        ApiToken.revoked_at.is_(None),
        sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > at),
    )
    return session().scalars(query, execution_options={"cross_account": True}).one()


def token(account_id: int, token_id: int) -> ApiToken | None:
    return session().scalar(
        sa.select(ApiToken).where(
            ApiToken.account_id == account_id, ApiToken.id == token_id, ApiToken.revoked_at.is_(None)
        )
    )


def add(made: ApiToken) -> ApiToken:
    session().add(made)
    session().flush()
    return made


def revoke(account_id: int, token_id: int, at: datetime) -> bool:
    """Return whether the token was valid until now."""
    result = session().execute(
        sa.update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(ApiToken.id),
        execution_options=_PLAIN,
    )
    return result.first() is not None


def note_use(account_id: int, token_id: int, at: datetime) -> None:
    session().execute(
        sa.update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.id == token_id)
        .values(last_used_at=at),
        execution_options=_PLAIN,
    )


def request_with_key(account_id: int, key_hash: str, since: datetime) -> ApiRequest | None:
    return session().scalar(
        sa.select(ApiRequest).where(
            ApiRequest.account_id == account_id,
            ApiRequest.key_hash == key_hash,
            ApiRequest.created_at > since,
        )
    )


def keep_request(
    account_id: int, key_hash: str, fingerprint: str, answer: dict[str, Any], at: datetime
) -> None:
    """Insert the response, in place of an expired one with the same key."""
    session().execute(
        sa.delete(ApiRequest).where(ApiRequest.account_id == account_id, ApiRequest.key_hash == key_hash),
        execution_options=_PLAIN,
    )
    session().add(
        ApiRequest(
            account_id=account_id,
            key_hash=key_hash,
            fingerprint=fingerprint,
            answer=answer,
            created_at=at,
        )
    )
    session().flush()


def blank_answers(account_id: int, texts: Collection[str]) -> None:
    """Blank the responses that contain one of the texts, which are in lower case."""
    answer = sa.func.lower(sa.cast(ApiRequest.answer, sa.Text))
    spellings = {*texts, *(json.dumps(text)[1:-1] for text in texts)}  # SQLite stores JSON in ASCII
    session().execute(
        sa.update(ApiRequest)
        .where(
            ApiRequest.account_id == account_id,
            sa.or_(sa.false(), *(answer.contains(text, autoescape=True) for text in spellings)),
        )
        .values(answer={}),
        execution_options=_PLAIN,
    )


def discard_requests(before: datetime) -> int:
    result = session().execute(
        sa.delete(ApiRequest).where(ApiRequest.created_at <= before).returning(ApiRequest.key_hash),
        execution_options=_PLAIN | {"cross_account": True},
    )
    return len(result.all())

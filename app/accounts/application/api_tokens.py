"""API tokens: programs act with one for a user in an account, within its scopes.

A token is shown once; only its SHA-256 is stored.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.application.permissions import lock, require
from app.accounts.domain import Actor, Permission, Role
from app.accounts.domain.api_tokens import (
    LAST_USE_PRECISION,
    MAX_TOKENS,
    SHOWN_CHARACTERS,
    TOKEN_PREFIX,
    token_problems,
)
from app.accounts.domain.hashing import stored_hash
from app.accounts.infrastructure import api_tokens as store
from app.accounts.infrastructure.api_tokens import Bearer, ListedToken
from app.accounts.infrastructure.tables import ApiToken
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import is_transient, transaction
from app.platform.errors import Invalid, LimitReached, NotFound


@dataclass(frozen=True)
class TokenUse:
    """A request with a token. `is_noted`: its last use is recorded precisely enough."""

    actor: Actor
    token_id: int
    is_noted: bool


def create_token(actor: Actor, *, name: str, scopes: Sequence[str], days: int | None) -> tuple[ApiToken, str]:
    """Create a token for the actor's user and return it with its text, which nothing can show again.

    `days` is its lifetime, None for no limit. Raises Invalid with `fields`, and LimitReached.
    """
    require(actor, Permission.REPORTS)
    name = " ".join(name.split())
    if fields := token_problems(name, scopes, days):
        raise Invalid.in_fields(fields)
    if actor.user_id is None:
        raise NotFound("NOT_FOUND", "Only a user can have tokens.")
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction():
        lock(actor.account_id)
        if len(store.tokens_of(actor.account_id, actor.user_id)) >= MAX_TOKENS:
            raise LimitReached(
                "TOKEN_LIMIT_REACHED",
                f"You can have {MAX_TOKENS} tokens. Revoke one that you don’t need.",
                limit=MAX_TOKENS,
            )
        made = store.add(
            ApiToken(
                account_id=actor.account_id,
                created_by=actor.user_id,
                user_id=actor.user_id,
                name=name,
                prefix=text[:SHOWN_CHARACTERS],
                token_hash=stored_hash(text),
                scopes=sorted(set(scopes)),
                expires_at=now() + timedelta(days=days) if days is not None else None,
            )
        )
        activity.record(actor, "token_created", "token", made.id, name=name, scopes=made.scopes)
    return made, text


def list_tokens(actor: Actor) -> Sequence[ListedToken]:
    """Return the user's tokens, newest first, or those of all users for who may manage the account."""
    require(actor, Permission.REPORTS)
    return store.tokens_of(actor.account_id, None if actor.may(Permission.ACCOUNT) else actor.user_id)


def count_accounts_with_tokens(user_id: int) -> int:
    """Return in how many accounts a user has tokens that work, which a new password does not change."""
    return store.count_accounts_with_tokens(user_id, now())


def revoke_token(actor: Actor, token_id: int) -> str:
    """End a token at once and return its name. Raises NotFound.

    Tokens of other users can be revoked only by those who may manage the account.
    """
    require(actor, Permission.REPORTS)
    with transaction():
        known = store.token(actor.account_id, token_id)
        if known is None or (known.user_id != actor.user_id and not actor.may(Permission.ACCOUNT)):
            raise NotFound("NOT_FOUND", "This token doesn’t exist.")
        if store.revoke(actor.account_id, token_id, now()):
            activity.record(actor, "token_revoked", "token", token_id, name=known.name)
    return known.name


def actor_of_token(text: str, origin: str) -> TokenUse | None:
    """Return who acts with a token; None if it is not valid."""
    if not text.startswith(TOKEN_PREFIX) or not text.isascii():
        return None
    at = now()
    bearer = store.bearer_of(stored_hash(text), at)
    if bearer is None:
        return None
    is_noted = bearer.last_used_at is not None and bearer.last_used_at > at - LAST_USE_PRECISION
    return TokenUse(_actor(bearer, origin), bearer.token_id, is_noted)


def note_use(use: TokenUse) -> None:
    """Record that a token was used, at most once a minute. A database that cannot be written does no harm."""
    if use.is_noted:
        return
    try:
        with transaction():
            store.note_use(use.actor.account_id, use.token_id, now())
    except Exception as failure:
        if not is_transient(failure) and not isinstance(failure, OSError):
            raise


def _actor(bearer: Bearer, origin: str) -> Actor:
    return Actor(
        account_id=bearer.account_id,
        account_name=bearer.account_name,
        role=Role(bearer.role),
        user_id=bearer.user_id,
        name=bearer.user_name,
        email=bearer.email,
        time_zone=bearer.time_zone,
        country=bearer.country,
        origin=origin,
        scopes=frozenset(bearer.scopes),
        is_suspended=bearer.suspended_at is not None,
    )

"""The secret that an account's deliveries are signed with. Everything is signed, so there is a secret before
anybody has seen it; it is shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.deliveries.infrastructure import secrets as store
from app.deliveries.infrastructure.tables import SigningSecret
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.platform.outgoing.rules import secret_of
from app.platform.settings import current

OVERLAP: Final = timedelta(hours=24)
"""So long the previous secret stays valid."""


@dataclass(frozen=True)
class SecretState:
    """Whether the secret was shown, and until when the previous one is valid, too."""

    is_shown: bool
    previous_until: datetime | None


def valid_secrets(account_id: int, at: datetime) -> list[str]:
    """Return the secrets to sign with, the newest first."""
    kept = store.secret_of(account_id)
    if kept is None:
        with transaction():
            store.create(account_id, secrets.token_hex(16))
        kept = store.secret_of(account_id)
        assert kept is not None
    return [_derived(account_id, salt) for salt in (kept.salt, _previous(kept, at)) if salt]


def secret_state(actor: Actor) -> SecretState:
    accounts.require(actor, Permission.ACCOUNT)
    kept, at = store.secret_of(actor.account_id), now()
    if kept is None:
        return SecretState(False, None)
    return SecretState(kept.shown_at is not None, kept.previous_until if _previous(kept, at) else None)


def show_secret(actor: Actor) -> str:
    """Return the secret, if nobody has seen it. Raises Conflict otherwise."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        store.create(actor.account_id, secrets.token_hex(16))
        if not store.mark_shown(actor.account_id, now()):
            raise Conflict("CONFLICT", "The secret was shown before. Replace it to get a new one.")
        activity.record(actor, "signing_secret_shown", "signing_secret", actor.account_id)
        kept = store.secret_of(actor.account_id)
    assert kept is not None
    return _derived(actor.account_id, kept.salt)


def replace_secret(actor: Actor) -> str:
    """Create a new secret and return it. For a day, everything is signed with the previous one, too."""
    accounts.require(actor, Permission.ACCOUNT)
    salt, at = secrets.token_hex(16), now()
    with transaction():
        accounts.lock(actor.account_id)
        store.create(actor.account_id, secrets.token_hex(16))
        store.replace(actor.account_id, salt, at + OVERLAP, at)
        activity.record(actor, "signing_secret_replaced", "signing_secret", actor.account_id)
    return _derived(actor.account_id, salt)


def end_previous_secret(actor: Actor) -> None:
    """End the validity of the previous secret now. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        if store.end_previous(actor.account_id):
            activity.record(actor, "previous_secret_ended", "signing_secret", actor.account_id)


def _previous(kept: SigningSecret, at: datetime) -> str | None:
    return kept.previous_salt if kept.previous_until and kept.previous_until > at else None


def _derived(account_id: int, salt: str) -> str:
    return secret_of(current().secret_key, account_id, salt)

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
from app.platform import encrypted_columns
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.platform.outgoing import signing_secrets

OVERLAP: Final = timedelta(hours=24)
"""So long the previous secret stays valid."""
_PURPOSE: Final = "signing secret"
_COLUMNS: Final = SigningSecret.__table__.c


@dataclass(frozen=True)
class SecretState:
    """Whether the secret was shown, and until when the previous one is valid, too."""

    is_shown: bool
    previous_until: datetime | None


def register_secrets() -> None:
    """Let the rotation of keys know where secrets are saved."""
    for column in (_COLUMNS.secret, _COLUMNS.previous_secret):
        encrypted_columns.register(column, _PURPOSE)


def save_secrets() -> int:
    """Save the secrets that a previous release has made; return how many."""
    present = signing_secrets.save_derived(_COLUMNS.secret, _COLUMNS.salt, _PURPOSE)
    return present + signing_secrets.save_derived(_COLUMNS.previous_secret, _COLUMNS.previous_salt, _PURPOSE)


def valid_secrets(account_id: int, at: datetime) -> list[str]:
    """Return the secrets to sign with, the newest first."""
    kept = store.secret_of(account_id)
    if kept is None:
        with transaction():
            store.create(account_id, *_new(account_id))
        kept = store.secret_of(account_id)
        assert kept is not None
    valid = [_opened(account_id, kept.secret, kept.salt)]
    if salt := _previous(kept, at):
        valid.append(_opened(account_id, kept.previous_secret, salt))
    return valid


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
        store.create(actor.account_id, *_new(actor.account_id))
        if not store.mark_shown(actor.account_id, now()):
            raise Conflict("CONFLICT", "The secret was shown before. Replace it to get a new one.")
        activity.record(actor, "signing_secret_shown", "signing_secret", actor.account_id)
        kept = store.secret_of(actor.account_id)
    assert kept is not None
    return _opened(actor.account_id, kept.secret, kept.salt)


def replace_secret(actor: Actor) -> str:
    """Create a new secret and return it. For a day, everything is signed with the previous one, too."""
    accounts.require(actor, Permission.ACCOUNT)
    (salt, saved), at = _new(actor.account_id), now()
    with transaction():
        accounts.lock(actor.account_id)
        store.create(actor.account_id, *_new(actor.account_id))
        store.replace(actor.account_id, salt, saved, at + OVERLAP, at)
        activity.record(actor, "signing_secret_replaced", "signing_secret", actor.account_id)
    return _opened(actor.account_id, saved, salt)


def end_previous_secret(actor: Actor) -> None:
    """End the validity of the previous secret now. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        if store.end_previous(actor.account_id):
            activity.record(actor, "previous_secret_ended", "signing_secret", actor.account_id)


def discard_previous_secrets() -> None:
    """Delete the previous secrets that aren't valid anymore."""
    with transaction():
        store.discard_previous(now())


def _previous(kept: SigningSecret, at: datetime) -> str | None:
    return kept.previous_salt if kept.previous_until and kept.previous_until > at else None


def _new(account_id: int) -> tuple[str, str]:
    """Return a new salt, and its secret to save."""
    salt = secrets.token_hex(16)
    return salt, signing_secrets.to_save(account_id, salt, _PURPOSE)


def _opened(account_id: int, saved: str, salt: str) -> str:
    return signing_secrets.opened(saved, account_id, salt, _PURPOSE)

"""The secrets that sign calls of accounts' webhooks."""

from typing import Final

from app.notifications.infrastructure.tables import Webhook
from app.platform import encrypted_columns
from app.platform.outgoing import signing_secrets

_PURPOSE: Final = "job webhook"


def register_secrets() -> None:
    """Let the rotation of keys know where secrets are saved."""
    encrypted_columns.register(Webhook.__table__.c.secret, _PURPOSE)


def save_secrets() -> int:
    """Save the secrets of webhooks that a previous release has made; return how many."""
    columns = Webhook.__table__.c
    return signing_secrets.save_derived(columns.secret, columns.salt, _PURPOSE)


def to_save(account_id: int, salt: str) -> str:
    """Return the secret of a new salt, encrypted."""
    return signing_secrets.to_save(account_id, salt, _PURPOSE)


def secret_of(saved: str, account_id: int, salt: str) -> str:
    """Return the secret that calls are signed with."""
    return signing_secrets.opened(saved, account_id, salt, _PURPOSE)

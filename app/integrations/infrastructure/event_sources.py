"""Reads and writes of software that reports events, and the keys in the addresses that it calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from app.integrations.infrastructure.tables import EventSource
from app.platform import encryption
from app.platform.database import session
from app.platform.database.page_reads import read_once

SECRETS: Final = "muster event source secret"
_ADDRESSES: Final = "addresses for event sources"
KEY_LENGTH: Final = 48
"""How many characters name an account in an address."""
_PLAIN: Final = {"synchronize_session": False}


def encrypted(secret: str) -> str:
    return encryption.encrypted_to_save(secret, SECRETS)


def decrypted(text: str) -> str | None:
    """Return the secret; None if it was encrypted with another key."""
    return encryption.decrypted_saved(text, SECRETS)


def address_key(account_id: int) -> str:
    """Return what names an account in the addresses that its sources call."""
    return encryption.sealed(account_id, _ADDRESSES)


def account_with(key: str) -> int | None:
    """Return the id of the account with this key; None for one that was not made here."""
    return encryption.opened(key, _ADDRESSES)


@read_once
def sources_of(account_id: int) -> Sequence[EventSource]:
    query = sa.select(EventSource).where(EventSource.account_id == account_id)
    return session().scalars(query.order_by(EventSource.source)).all()


def source_of(account_id: int, source: str) -> EventSource | None:
    query = sa.select(EventSource).where(EventSource.account_id == account_id, EventSource.source == source)
    return session().scalar(query, execution_options={"populate_existing": True})


def add(account_id: int, source: str, secret: str, basis: str | None, user_id: int | None) -> None:
    session().add(
        EventSource(
            account_id=account_id, source=source, secret=secret, consent_basis=basis, created_by=user_id
        )
    )
    session().flush()


def valid_secrets(row: EventSource, at: datetime) -> list[str]:
    """Return the secrets that count at a moment, without those that can't be read."""
    is_former_valid = row.former_until is not None and row.former_until > at
    saved = [row.secret, row.former_secret if is_former_valid else None]
    return [secret for text in saved if text and (secret := decrypted(text)) is not None]


def change(account_id: int, source: str, **values: Any) -> None:
    session().execute(
        sa.update(EventSource)
        .where(EventSource.account_id == account_id, EventSource.source == source)
        .values(**values),
        execution_options=_PLAIN,
    )


def delete(account_id: int, source: str) -> None:
    session().execute(
        sa.delete(EventSource).where(EventSource.account_id == account_id, EventSource.source == source),
        execution_options=_PLAIN,
    )


def heard(account_id: int, source: str, at: datetime, kind: str, result: str) -> None:
    """Record what a source has sent."""
    change(account_id, source, heard_at=at, heard_type=kind, heard_result=result)

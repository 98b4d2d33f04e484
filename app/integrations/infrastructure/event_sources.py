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
    anew = {"populate_existing": True}
    return session().scalars(query.order_by(EventSource.source), execution_options=anew).all()


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
    return [one for one in (decrypted(row.secret), previous_secret(row, at)) if one is not None]


def previous_secret(row: EventSource, at: datetime) -> str | None:
    """Return the previous secret; None if it doesn't count at that moment, or can't be read."""
    is_valid = row.previous_until is not None and row.previous_until > at
    return decrypted(row.previous_secret) if is_valid and row.previous_secret else None


def discard_previous_secrets(at: datetime) -> None:
    """Delete the previous secrets of all accounts that don't count anymore at that moment."""
    session().execute(
        sa.update(EventSource)
        .where(EventSource.previous_until <= at)
        .values(previous_secret=None, previous_until=None),
        execution_options=_PLAIN | {"cross_account": True},
    )


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

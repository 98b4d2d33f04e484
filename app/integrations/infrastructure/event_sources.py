"""Reads and writes of software that reports events, and the keys in the addresses that it calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

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


def delete(account_id: int, source: str) -> None:
    session().execute(
        sa.delete(EventSource).where(EventSource.account_id == account_id, EventSource.source == source),
        execution_options=_PLAIN,
    )


def heard(account_id: int, source: str, at: datetime, kind: str, result: str) -> None:
    """Record what a source has sent."""
    session().execute(
        sa.update(EventSource)
        .where(EventSource.account_id == account_id, EventSource.source == source)
        .values(heard_at=at, heard_type=kind, heard_result=result),
        execution_options=_PLAIN,
    )

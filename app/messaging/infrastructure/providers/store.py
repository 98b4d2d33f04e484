"""Reads and writes of email providers that report to accounts, and the keys in the addresses they call."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa

from app.messaging.infrastructure.providers.tables import MailProviderRow, UsedSignature
from app.platform import encryption
from app.platform.database import session
from app.platform.database.upserts import insert_into

KEYS: Final = "muster mail provider key"
_HOOKS: Final = "addresses for mail providers"
KEY_LENGTH: Final = 48
"""How many characters name an account in an address."""
_PLAIN: Final = {"synchronize_session": False}


def encrypted(key: str) -> str:
    return encryption.encrypted_to_save(key, KEYS)


def decrypted(text: str) -> str | None:
    """Return the key; None if it was encrypted with another key."""
    return encryption.decrypted_saved(text, KEYS)


def hook_key(account_id: int) -> str:
    """Return what names an account in the addresses that its providers call."""
    return encryption.sealed(account_id, _HOOKS)


def account_with(key: str) -> int | None:
    """Return the id of the account with this key; None for one that was not made here."""
    return encryption.opened(key, _HOOKS)


def providers_of(account_id: int) -> Sequence[MailProviderRow]:
    query = sa.select(MailProviderRow).where(MailProviderRow.account_id == account_id)
    return session().scalars(query.order_by(MailProviderRow.provider)).all()


def provider_of(account_id: int, provider: str) -> MailProviderRow | None:
    query = sa.select(MailProviderRow).where(
        MailProviderRow.account_id == account_id, MailProviderRow.provider == provider
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def save(account_id: int, provider: str, key: str, user_id: int | None) -> None:
    """Add a provider, or change its key."""
    known = provider_of(account_id, provider)
    if known is None:
        session().add(MailProviderRow(account_id=account_id, provider=provider, key=key, created_by=user_id))
    else:
        known.key = key
    session().flush()


def delete(account_id: int, provider: str) -> bool:
    """Remove a provider; return whether there was one."""
    found = provider_of(account_id, provider)
    if found is not None:
        session().delete(found)
        session().flush()
    return found is not None


def heard(account_id: int, provider: str, at: datetime) -> None:
    """Record that a provider has reported something."""
    session().execute(
        sa.update(MailProviderRow)
        .where(MailProviderRow.account_id == account_id, MailProviderRow.provider == provider)
        .values(heard_at=at),
        execution_options=_PLAIN,
    )


def use_signature(account_id: int, signature: str, body: bytes, at: datetime) -> bool:
    """Use a signature (a SHA-256 in hexadecimal digits) for a body; return False if it was used for another
    one before."""
    contents = sha256(body).hexdigest()
    insert = insert_into(UsedSignature)
    used = insert.values(account_id=account_id, signature=signature, contents=contents, used_at=at)
    session().execute(used.on_conflict_do_nothing())
    query = sa.select(UsedSignature.contents).where(
        UsedSignature.account_id == account_id, UsedSignature.signature == signature
    )
    return session().scalar(query) == contents


def discard_used_before(moment: datetime, at_most: int) -> int:
    """Forget up to `at_most` used signatures of all accounts; return how many."""
    one = UsedSignature
    old = sa.select(one.id).where(one.used_at < moment).order_by(one.used_at)
    deleted = sa.delete(one).where(one.id.in_(old.limit(at_most))).returning(one.id)
    return len(session().execute(deleted, execution_options=_PLAIN | {"cross_account": True}).all())

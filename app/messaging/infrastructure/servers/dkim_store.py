"""Reads and writes of the keys that sign emails."""

from datetime import datetime

import sqlalchemy as sa

from app.messaging.infrastructure.servers.dkim_keys import SigningKey
from app.messaging.infrastructure.servers.tables import DkimKey
from app.platform.database import session

_PLAIN = {"synchronize_session": False}
_SIGNS = DkimKey.signs_since.is_not(None) & DkimKey.replaced_at.is_(None)


def signing_keys(account_id: int) -> dict[str, SigningKey]:
    """Return {domain: the key that signs its emails}."""
    query = sa.select(DkimKey.domain, DkimKey.selector, DkimKey.private_key).where(
        DkimKey.account_id == account_id, _SIGNS
    )
    return {row.domain: SigningKey(*row) for row in session().execute(query)}


def keys_of(account_id: int, domain: str) -> list[DkimKey]:
    """Return the keys of a domain, the newest first."""
    is_its = (DkimKey.account_id == account_id, DkimKey.domain == domain)
    query = sa.select(DkimKey).where(*is_its).order_by(DkimKey.id.desc())
    return list(session().scalars(query, execution_options={"populate_existing": True}))


def add_key(
    account_id: int, domain: str, selector: str, private_key: str, public_key: str, user_id: int | None
) -> None:
    key = DkimKey(
        account_id=account_id,
        domain=domain,
        selector=selector,
        private_key=private_key,
        public_key=public_key,
        created_by=user_id,
    )
    session().add(key)


def start_signing(account_id: int, domain: str, key_id: int, at: datetime) -> None:
    """Let a key sign, and replace the one that did."""
    of_domain = sa.update(DkimKey).where(DkimKey.account_id == account_id, DkimKey.domain == domain)
    session().execute(of_domain.where(_SIGNS).values(replaced_at=at), execution_options=_PLAIN)
    session().execute(
        of_domain.where(DkimKey.id == key_id).values(signs_since=at, replaced_at=None),
        execution_options=_PLAIN,
    )


def stop_signing(account_id: int, domain: str) -> None:
    session().execute(
        sa.update(DkimKey)
        .where(DkimKey.account_id == account_id, DkimKey.domain == domain, _SIGNS)
        .values(signs_since=None),
        execution_options=_PLAIN,
    )


def delete_key(account_id: int, key_id: int) -> None:
    session().execute(
        sa.delete(DkimKey).where(DkimKey.account_id == account_id, DkimKey.id == key_id),
        execution_options=_PLAIN,
    )

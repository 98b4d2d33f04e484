"""Contacts that may not be contacted."""

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction


def set_status(account_id: int, contact_id: int, status: str) -> None:
    with transaction():
        changed = sa.update(Contact).where(Contact.account_id == account_id, Contact.id == contact_id)
        session().execute(changed.values(status=status, status_at=now()))

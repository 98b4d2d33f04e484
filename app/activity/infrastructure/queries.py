"""Reading events, newest first."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry, ContactEvent
from app.platform.database import session


def audit_entries(account_id: int, before: int | None = None, limit: int = 50) -> Sequence[AuditEntry]:
    """Entries of the account with an id under `before`, newest first."""
    query = sa.select(AuditEntry).where(AuditEntry.account_id == account_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session().scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def contact_events(account_id: int, contact_id: int, limit: int = 100) -> Sequence[ContactEvent]:
    """What happened to one contact, newest first."""
    query = sa.select(ContactEvent).where(
        ContactEvent.account_id == account_id, ContactEvent.contact_id == contact_id
    )
    return session().scalars(query.order_by(ContactEvent.id.desc()).limit(limit)).all()

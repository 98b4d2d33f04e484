"""Writes of audit entries and contact events."""

import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry, ContactEvent
from app.platform.database import session


def add_entry(entry: AuditEntry) -> None:
    session().add(entry)


def add_contact_event(event: ContactEvent) -> None:
    session().add(event)


def add_contact_events(columns: list[str], events: sa.Select[tuple[object, ...]]) -> None:
    """Insert one event for each row of the select."""
    session().execute(sa.insert(ContactEvent).from_select(columns, events))

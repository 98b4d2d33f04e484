"""Reads and writes of what phone numbers say about text messages."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.contacts.infrastructure.tables import Contact, SmsConsent
from app.platform.database import is_sqlite, session

_consents = SmsConsent.__table__


def consent_of(account_id: int, phone_key: str) -> SmsConsent | None:
    query = sa.select(SmsConsent).where(
        SmsConsent.account_id == account_id, SmsConsent.phone_key == phone_key
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def contacts_with_phone(account_id: int, phone_key: str) -> sa.Select[Any]:
    """Select the ids of the contacts that have a phone number."""
    return sa.select(Contact.id).where(Contact.account_id == account_id, Contact.phone_key == phone_key)


def save(account_id: int, phone_key: str, is_given: bool, source: str, at: datetime) -> bool:
    """Keep what a number says; return whether that is something else than before."""
    values = {"account_id": account_id, "phone_key": phone_key, "is_given": is_given}
    insert = (sqlite if is_sqlite() else postgresql).insert(_consents)
    statement = insert.values(**values, source=source, at=at).on_conflict_do_update(
        index_elements=["account_id", "phone_key"],
        set_={"is_given": is_given, "source": source, "at": at},
        where=_consents.c.is_given != sa.literal(is_given),
    )
    result: Any = session().execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount) == 1

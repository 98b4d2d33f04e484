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


def forget_agreements(account_id: int, contacts: sa.Select[Any]) -> None:
    """Forget that numbers have agreed that nobody but the contacts of this select has. Numbers that have said
    no are kept, without a name, so that they get nothing if they come back."""
    one, other = _consents.c, Contact.__table__.alias("other")
    theirs = sa.select(Contact.phone_key).where(
        Contact.account_id == account_id, Contact.id.in_(contacts), Contact.phone_key.is_not(None)
    )
    is_shared = (
        sa.select(other.c.id)
        .where(
            other.c.account_id == account_id,
            other.c.phone_key == one.phone_key,
            other.c.id.not_in(contacts),
        )
        .exists()
    )
    session().execute(
        sa.delete(_consents).where(
            one.account_id == account_id, one.is_given, one.phone_key.in_(theirs), ~is_shared
        )
    )

"""Writes for erasing a contact, and the erasures whose task is not done."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.infrastructure.tables import Contact, ContactTag, Erasure
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


class OwnCounts(NamedTuple):
    """What belongs to a contact."""

    events: int
    tags: int


def counts(account_id: int, contact_id: int) -> OwnCounts:
    found = [
        session().scalar(
            sa.select(sa.func.count()).where(table.account_id == account_id, table.contact_id == contact_id)
        )
        for table in (ContactEvent, ContactTag)
    ]
    return OwnCounts(found[0] or 0, found[1] or 0)


def delete_contact(account_id: int, contact_id: int) -> None:
    """Delete a contact and its tags."""
    for statement in (
        sa.delete(ContactTag).where(ContactTag.account_id == account_id, ContactTag.contact_id == contact_id),
        sa.delete(Contact).where(Contact.account_id == account_id, Contact.id == contact_id),
    ):
        session().execute(statement, execution_options=_PLAIN)


def add_erasure(account_id: int, contact_id: int, person: dict[str, Any]) -> int:
    erasure = Erasure(account_id=account_id, contact_id=contact_id, person=person)
    session().add(erasure)
    session().flush()
    return erasure.id


def erasure(account_id: int, erasure_id: int) -> Erasure | None:
    return session().scalar(
        sa.select(Erasure).where(Erasure.account_id == account_id, Erasure.id == erasure_id)
    )


def delete_erasure(account_id: int, erasure_id: int) -> None:
    session().execute(
        sa.delete(Erasure).where(Erasure.account_id == account_id, Erasure.id == erasure_id),
        execution_options=_PLAIN,
    )


def waiting_erasures(before: datetime) -> list[tuple[int, int]]:
    """Return (account, erasure) of those that were requested before this moment."""
    query = sa.select(Erasure.account_id, Erasure.id).where(Erasure.created_at < before)
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(row[0], row[1]) for row in rows]

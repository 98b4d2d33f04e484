"""Writes of single contacts and their tags. Whole sets are written by `bulk_store`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, ContactTag, CustomField, Tag
from app.platform.database import session
from app.platform.database.upserts import insert_into


def add_contact(values: Mapping[str, Any]) -> int | None:
    """Insert a contact; return its id, or None if the email address is taken."""
    statement = insert_into(Contact).values(**values).on_conflict_do_nothing().returning(Contact.id)
    found: int | None = session().execute(statement).scalar_one_or_none()
    return found


def change_contact(account_id: int, contact_id: int, values: Mapping[str, Any]) -> None:
    session().execute(
        sa.update(Contact)
        .where(Contact.account_id == account_id, Contact.id == contact_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def set_status(account_id: int, contact_id: int, expected: str, status: str, at: datetime) -> bool:
    """Change the status from `expected` to `status`; return False if the contact has another status."""
    result = session().execute(
        sa.update(Contact)
        .where(Contact.account_id == account_id, Contact.id == contact_id, Contact.status == expected)
        .values(status=status, status_at=at, updated_at=at)
        .execution_options(synchronize_session=False)
    )
    return _rows(result) == 1


def add_tags(account_id: int, names: Mapping[str, str], created_by: int | None) -> None:
    """Insert those tags {key: name} that do not exist yet."""
    rows = [
        {"account_id": account_id, "name": name, "name_key": key, "created_by": created_by}
        for key, name in sorted(names.items())
    ]
    if rows:
        session().execute(insert_into(Tag).on_conflict_do_nothing(), rows)


def add_custom_fields(account_id: int, labels: Mapping[str, str], created_by: int | None) -> None:
    """Insert those custom fields {key: label} that do not exist yet."""
    rows = [
        {"account_id": account_id, "key": key, "label": label, "created_by": created_by}
        for key, label in sorted(labels.items())
    ]
    if rows:
        session().execute(insert_into(CustomField).on_conflict_do_nothing(), rows)


def add_tag(account_id: int, contact_id: int, tag_id: int, at: datetime) -> bool:
    """Add a tag to a contact; return False if it already has it."""
    result = session().execute(
        insert_into(ContactTag)
        .values(account_id=account_id, contact_id=contact_id, tag_id=tag_id, added_at=at)
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    return _rows(result) == 1


def remove_tag(account_id: int, contact_id: int, tag_id: int) -> bool:
    """Remove a tag from a contact; return False if it did not have it."""
    result = session().execute(
        sa.delete(ContactTag)
        .where(
            ContactTag.account_id == account_id,
            ContactTag.contact_id == contact_id,
            ContactTag.tag_id == tag_id,
        )
        .execution_options(synchronize_session=False)
    )
    return _rows(result) == 1


def tags_by_key(account_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Return {key: id} of the account's tags with these keys."""
    query = sa.select(Tag.name_key, Tag.id).where(Tag.account_id == account_id, Tag.name_key.in_(keys))
    return {row.name_key: row.id for row in session().execute(query)}


def _rows(result: Any) -> int:
    return int(result.rowcount)

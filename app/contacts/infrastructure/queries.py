"""Reads of single contacts, their tags, and their timeline. Lists are in `listing`."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain.criteria import day_of
from app.contacts.domain.names import title_of
from app.contacts.infrastructure.conditions import field_value, may_be_contacted
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.tables import Contact, ContactTag, CustomField, Segment, Tag
from app.platform.database import AnySelect, is_sqlite, session
from app.platform.database.many_rows import id_list, id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import in_ids, read_built
from app.platform.ids import number_of

MAX_TAGS_SHOWN = 500

_AFRESH, _PREPARED = {"populate_existing": True}, {"prepared": True}


@read_once
def contact(account_id: int, contact_id: int, lock: LockFor | None = None) -> Contact | None:
    """Return a contact, reloaded and locked until the transaction ends if `lock` says what for."""
    if lock is None:
        return session().scalar(_contact(), _one(account_id, contact_id), execution_options=_PREPARED)
    query = _contact().with_for_update(**lock.value)
    return session().scalar(query, _one(account_id, contact_id), execution_options=_AFRESH)


def contact_now(account_id: int, contact_id: int) -> Contact | None:
    """Return the contact, reloaded from the database after changes in this transaction."""
    values = _one(account_id, contact_id)
    return session().scalar(_contact(), values, execution_options=_AFRESH | _PREPARED)


def _one(account_id: int, contact_id: int) -> dict[str, int]:
    return {"of_account": account_id, "of_contact": contact_id}


@lru_cache
def _contact() -> sa.Select[Contact]:
    return sa.select(Contact).where(
        Contact.account_id == id_param("of_account"), Contact.id == id_param("of_contact")
    )


def contact_with_email(account_id: int, email_key: str) -> int | None:
    """Return the id of the contact with this email key."""
    return session().scalar(
        sa.select(Contact.id).where(Contact.account_id == account_id, Contact.email_key == email_key)
    )


def existing_of(account_id: int, contact_ids: Sequence[int]) -> list[int]:
    """Return those of the ids that contacts of the account have, in increasing order."""
    listed = id_list(contact_ids)
    query = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(listed))
    return list(session().scalars(query.order_by(Contact.id)))


def contactable(account_id: int, contact_ids: sa.Select[Any]) -> sa.Select[Any]:
    """Select the ids of those of the contacts that may be contacted."""
    return sa.select(Contact.id).where(
        Contact.account_id == account_id, Contact.id.in_(contact_ids), may_be_contacted(Contact.status)
    )


def tag(account_id: int, tag_id: int) -> Tag | None:
    return session().scalar(sa.select(Tag).where(Tag.account_id == account_id, Tag.id == tag_id))


def tag_by_key(account_id: int, key: str) -> Tag | None:
    return session().scalar(sa.select(Tag).where(Tag.account_id == account_id, Tag.name_key == key))


def tag_keys(account_id: int, tag_ids: Sequence[int]) -> dict[int, str]:
    """Return {id: key} of tags."""
    values = {"of_account": account_id, "ids": tag_ids}
    return {row[0]: row[1] for row in read_built(_tag_keys(is_sqlite()), values)}


@lru_cache
def _tag_keys(on_sqlite: bool) -> sa.Select[Any]:
    one = Tag.__table__.c
    mine = one.account_id == id_param("of_account")
    return sa.select(one.id, one.name_key).where(mine, in_ids(one.id, "ids", on_sqlite))


def tags(account_id: int) -> Sequence[Tag]:
    """Return the account's tags by name, at most MAX_TAGS_SHOWN."""
    query = sa.select(Tag).where(Tag.account_id == account_id).order_by(Tag.name_key).limit(MAX_TAGS_SHOWN)
    return session().scalars(query).all()


def tags_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, list[Tag]]:
    """Return {contact id: tags by name}."""
    found: dict[int, list[Tag]] = {contact_id: [] for contact_id in contact_ids}
    if not found:
        return found
    values = {"of_account": account_id, "of_contacts": contact_ids}
    for contact_id, tag in session().execute(_tags_of(is_sqlite()), values, execution_options=_PREPARED):
        found[contact_id].append(tag)
    return found


@lru_cache
def _tags_of(on_sqlite: bool) -> AnySelect:
    return (
        sa.select(ContactTag.contact_id, Tag)
        .join(Tag, Tag.id == ContactTag.tag_id)
        .where(
            ContactTag.account_id == id_param("of_account"),
            Tag.account_id == id_param("of_account"),
            in_ids(ContactTag.contact_id, "of_contacts", on_sqlite),
        )
        .order_by(Tag.name_key)
    )


def tags_among(account_id: int, contacts: sa.Select[Any]) -> Sequence[Tag]:
    """Return the tags that contacts of a select of ids have, by name, at most MAX_TAGS_SHOWN."""
    used = sa.select(ContactTag.tag_id).where(
        ContactTag.account_id == account_id, ContactTag.contact_id.in_(contacts)
    )
    query = sa.select(Tag).where(Tag.account_id == account_id, Tag.id.in_(used)).order_by(Tag.name_key)
    return session().scalars(query.limit(MAX_TAGS_SHOWN)).all()


def events_of(account_id: int, contact_id: int, limit: int) -> Sequence[ContactEvent]:
    """Return the latest events of a contact, newest first."""
    return session().scalars(_events_of(limit), _one(account_id, contact_id)).all()


@lru_cache
def _events_of(limit: int) -> sa.Select[ContactEvent]:
    query = sa.select(ContactEvent).where(
        ContactEvent.account_id == id_param("of_account"), ContactEvent.contact_id == id_param("of_contact")
    )
    return query.order_by(ContactEvent.id.desc()).limit(limit)


@read_once
def custom_fields(account_id: int) -> Sequence[CustomField]:
    """Return the account's custom fields by label."""
    query = sa.select(CustomField).where(CustomField.account_id == account_id).order_by(CustomField.label)
    return session().scalars(query).all()


def names_of_contacts(account_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return {contact id: display name} for the audit log."""
    wanted = [number for one in ids if (number := number_of(one)) is not None]
    rows = session().execute(
        sa.select(Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone).where(
            Contact.account_id == account_id, Contact.id.in_(wanted)
        )
    )
    return {str(row.id): title_of(row) for row in rows}


def names_of_segments(account_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return {segment id: name} for the audit log."""
    wanted = [number for one in ids if (number := number_of(one)) is not None]
    query = sa.select(Segment.id, Segment.name)
    rows = session().execute(query.where(Segment.account_id == account_id, Segment.id.in_(wanted)))
    return {str(row.id): row.name for row in rows}


def contacts_with(account_id: int, contact_ids: Sequence[int]) -> Sequence[Contact]:
    """Return those of the contacts that exist."""
    query = sa.select(Contact).where(Contact.account_id == account_id, Contact.id.in_(id_list(contact_ids)))
    return session().scalars(query, execution_options={"populate_existing": True}).all()


def dates_and_zones(
    account_id: int, contact_ids: Sequence[int], field: str
) -> dict[int, tuple[date | datetime | None, str | None]]:
    """Return {contact id: (date in a field, time zone)}; see `application.lookup`."""
    value = field_value(field) if field else sa.null()
    query = sa.select(Contact.id, value, Contact.time_zone).where(
        Contact.account_id == account_id, Contact.id.in_(id_list(contact_ids))
    )
    return {row[0]: (_as_date(row[1]), row[2]) for row in session().execute(query)}


def _as_date(value: Any) -> date | datetime | None:
    return value if isinstance(value, date) else day_of(value)

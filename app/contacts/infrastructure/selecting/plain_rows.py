"""Contacts and their tags as plain rows, for programs that list them, without loading objects."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, ContactTag, SmsConsent, Tag, TopicStop
from app.platform.database import is_sqlite
from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import in_ids, read_built

_contacts, _tagged, _tags = Contact.__table__.c, ContactTag.__table__.c, Tag.__table__.c
_said, _stops = SmsConsent.__table__.c, TopicStop.__table__.c
_account = id_param("of_account")


class ContactRow(NamedTuple):
    """The columns of a contact that a list shows."""

    id: int
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    company: str | None
    city: str | None
    country: str | None
    birthday: date | None
    time_zone: str | None
    custom: dict[str, Any] | None
    status: str
    status_at: datetime | None
    consent_basis: str | None
    consent_source: str | None
    consent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TagRow(NamedTuple):
    id: int
    name: str


class ConsentRow(NamedTuple):
    """What the number of a contact says about text messages, and where and when it has said so."""

    is_given: bool
    source: str
    at: datetime


class StopRow(NamedTuple):
    """A topic that a contact has stopped, named by its key, and where and when it has said so."""

    topic: str
    source: str
    at: datetime


def newest_contacts(account_id: int, below: int | None, limit: int) -> list[ContactRow]:
    """Return up to `limit` contacts with an id under `below`, or the newest ones if it is None."""
    values = {"of_account": account_id, "most": limit} | ({} if below is None else {"below": below})
    return [ContactRow(*row) for row in read_built(_newest(below is not None), values)]


def tags_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, list[TagRow]]:
    """Return {contact id: tags by name}."""
    found: dict[int, list[TagRow]] = {contact_id: [] for contact_id in contact_ids}
    if found:
        values = {"of_account": account_id, "of_contacts": contact_ids}
        for contact_id, tag_id, name in read_built(_of_contacts(is_sqlite()), values):
            found[contact_id].append(TagRow(tag_id, name))
    return found


def sms_consents_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, ConsentRow]:
    """Return {contact id: what its number says about text messages} of those that say anything."""
    if not contact_ids:
        return {}
    values = {"of_account": account_id, "of_contacts": contact_ids}
    rows = read_built(_sms_consents(is_sqlite()), values)
    return {row[0]: ConsentRow(*row[1:]) for row in rows}


def topic_stops_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, list[StopRow]]:
    """Return {contact id: topics that it has stopped, the latest first}."""
    found: dict[int, list[StopRow]] = {contact_id: [] for contact_id in contact_ids}
    if found:
        values = {"of_account": account_id, "of_contacts": contact_ids}
        for contact_id, *stop in read_built(_topic_stops(is_sqlite()), values):
            found[contact_id].append(StopRow(*stop))
    return found


@lru_cache
def _newest(is_below: bool) -> sa.Select[Any]:
    query = sa.select(*(_contacts[name] for name in ContactRow._fields)).where(
        _contacts.account_id == _account
    )
    if is_below:
        query = query.where(_contacts.id < id_param("below"))
    return query.order_by(_contacts.id.desc()).limit(sa.bindparam("most", type_=sa.Integer))


@lru_cache
def _of_contacts(on_sqlite: bool) -> sa.Select[Any]:
    return (
        sa.select(_tagged.contact_id, _tags.id, _tags.name)
        .join(Tag.__table__, _tags.id == _tagged.tag_id)
        .where(
            _tagged.account_id == _account,
            _tags.account_id == _account,
            in_ids(_tagged.contact_id, "of_contacts", on_sqlite),
        )
        .order_by(_tags.name_key)
    )


@lru_cache
def _sms_consents(on_sqlite: bool) -> sa.Select[Any]:
    return (
        sa.select(_contacts.id, *(_said[name] for name in ConsentRow._fields))
        .join(SmsConsent.__table__, _said.phone_key == _contacts.phone_key)
        .where(
            _contacts.account_id == _account,
            _said.account_id == _account,
            in_ids(_contacts.id, "of_contacts", on_sqlite),
        )
    )


@lru_cache
def _topic_stops(on_sqlite: bool) -> sa.Select[Any]:
    return (
        sa.select(_stops.contact_id, *(_stops[name] for name in StopRow._fields))
        .where(_stops.account_id == _account, in_ids(_stops.contact_id, "of_contacts", on_sqlite))
        .order_by(_stops["at"].desc(), _stops.topic)
    )

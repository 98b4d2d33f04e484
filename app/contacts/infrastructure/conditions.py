"""Conditions on contacts that statements of other rooms share: who may be contacted, and lookup by
key or by a search text."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.contacts.domain.consent import CONTACTABLE
from app.contacts.domain.criteria import CUSTOM
from app.contacts.domain.search import LAST, Lane
from app.contacts.infrastructure.tables import Contact, SmsConsent, TopicStop
from app.files.domain.columns.identify import Identifier
from app.platform.database import is_sqlite
from app.platform.database.many_rows import is_there


def may_be_contacted(status: Any) -> sa.ColumnElement[bool]:
    """SQL form of `domain.may_be_contacted` for a status column.

    Never NULL, so that it can be negated, also where an outer join found no contact.
    """
    return sa.and_(status.is_not(None), status == sa.literal(CONTACTABLE.value))


def may_get_sms(contacts: Any, unknown_counts: Any) -> sa.ColumnElement[bool]:
    """Condition: the phone number of a contact (the table or an alias) agrees to text messages. If it has
    said neither yes nor no, that depends on `unknown_counts`. A contact without a number does not say no."""
    one = SmsConsent.__table__.c
    said = sa.and_(one.account_id == contacts.account_id, one.phone_key == contacts.phone_key)
    given = sa.select(one.is_given).where(said).scalar_subquery()
    return sa.or_(contacts.phone_key.is_(None), sa.func.coalesce(given, unknown_counts))


def has_stopped(account_id: Any, contact_id: Any, topic: Any) -> sa.ColumnElement[bool]:
    """Condition: a contact gets no more emails about a topic, both given as columns. Nobody has stopped a
    topic that is NULL."""
    one = TopicStop.__table__.c
    stop = sa.select(one.contact_id).where(
        one.account_id == account_id, one.contact_id == contact_id, one.topic == topic
    )
    return is_there(stop)


def field_value(name: str, contacts: Any = Contact) -> sa.ColumnElement[Any]:
    """SQL expression for the value of a field, named like `contact.city` or `contact.custom.size`; NULL if it
    is empty."""
    custom = CUSTOM.fullmatch(name)
    if custom is None:
        return cast("sa.ColumnElement[Any]", getattr(contacts, name.removeprefix("contact.")))
    if is_sqlite():
        return sa.func.json_extract(contacts.custom, f'$."{custom[1]}"')
    return sa.type_coerce(contacts.custom, JSONB()).op("->>", return_type=sa.Text())(custom[1])


def staged_value(name: str, fields: Any) -> sa.ColumnElement[Any]:
    """SQL expression for the value of the same field in JSON text written by `domain.pack`."""
    custom = CUSTOM.fullmatch(name)
    path = ["custom", custom[1]] if custom else [name.removeprefix("contact.")]
    if is_sqlite():
        return sa.func.json_extract(fields, "$." + ".".join(f'"{part}"' for part in path))
    return sa.cast(fields, JSONB()).op("#>>", return_type=sa.Text())(sa.cast(path, ARRAY(sa.Text())))


def in_lane(lane: Lane, key: Any = None) -> sa.ColumnElement[bool]:
    """SQL form of `Lane.holds`, a range of the lane's index. `key` replaces the lane's column, to keep a
    statement from using that index."""
    columns = Contact.__table__.c
    key = columns[lane.column] if key is None else key
    begins = sa.and_(key >= lane.start, key < lane.start + LAST)
    if lane.other is None:
        return begins
    other = columns[lane.other]
    return sa.and_(begins, other >= lane.other_start, other < lane.other_start + LAST)


def key_column(identifier: Identifier, contacts: Any = Contact) -> Any:
    """Return the column of `contacts` (the table or an alias) that `identifier` refers to: email key, phone
    key, or id."""
    return {"email": contacts.email_key, "phone": contacts.phone_key, "contact_id": contacts.id}[identifier]


def has_key(
    account_id: int | sa.BindParameter[int], identifier: Identifier, key: Any, contacts: Any = Contact
) -> Any:
    """Condition that a contact of the account has `key` (a value or a column).

    Several contacts may share a phone key; use `matched_keys` where only one may be picked. Each form is an
    index lookup. Job rows store keys as text, so `contact_id` keys are cast to numbers.
    """
    column = key_column(identifier, contacts)
    if identifier == "contact_id" and not isinstance(key, int):
        key = sa.cast(key, sa.BigInteger)
    return sa.and_(contacts.account_id == account_id, column == key)


def matched_keys(account_id: int, identifier: Identifier, keys: sa.Select[Any]) -> sa.Select[Any]:
    """Select (key, id, status, people) for the contacts that have one of `keys` (first column; numbers for
    `contact_id`).

    `people` is the number of contacts with the key. If several share a phone number, the row holds their
    lowest id, and the status of one who may not be contacted if there is one.
    """
    column = key_column(identifier)
    mine = sa.and_(Contact.account_id == account_id, column.in_(keys))
    if identifier != "phone":
        one = sa.literal(1).label("people")
        return sa.select(column.label("key"), Contact.id, Contact.status, one).where(mine)
    closed = sa.func.min(sa.case((~may_be_contacted(Contact.status), Contact.status)))
    return (
        sa.select(
            column.label("key"),
            sa.func.min(Contact.id).label("id"),
            sa.func.coalesce(closed, sa.func.min(Contact.status)).label("status"),
            sa.func.count().label("people"),
        )
        .where(mine)
        .group_by(column)
    )

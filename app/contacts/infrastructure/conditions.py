"""Conditions on contacts that statements of higher rooms share: who may be contacted, and whose key it is."""

from typing import Any

import sqlalchemy as sa

from app.contacts.domain.consent import CONTACTABLE
from app.contacts.infrastructure.tables import Contact
from app.files.domain.columns.identify import Identifier


def may_be_contacted(status: Any) -> sa.ColumnElement[bool]:
    """The condition of `domain.may_be_contacted` on a status column; never NULL, so that its opposite holds
    for everybody else, also where an outer join found no contact."""
    return sa.and_(status.is_not(None), status == CONTACTABLE.value)


def key_column(identifier: Identifier, contacts: Any = Contact) -> Any:
    """The column by which `contacts` (the table or an alias) are found: an email or phone key, or the id."""
    return {"email": contacts.email_key, "phone": contacts.phone_key, "contact_id": contacts.id}[identifier]


def has_key(account_id: int, identifier: Identifier, key: Any, contacts: Any = Contact) -> Any:
    """The condition that a contact of the account has `key`, a value or a column. Several contacts may have
    the same phone key; whoever needs one of them asks `matched_keys`, which counts them.

    Use it wherever a row is tied to its contact. Every form of it is a look-up in one index. Keys of the
    ledger are texts; `contact_id` keys are numbers there and are compared as such."""
    column = key_column(identifier, contacts)
    if identifier == "contact_id" and not isinstance(key, int):
        key = sa.cast(key, sa.BigInteger)
    return sa.and_(contacts.account_id == account_id, column == key)


def matched_keys(account_id: int, identifier: Identifier, keys: sa.Select[Any]) -> sa.Select[Any]:
    """The contacts that have one of `keys` (its first column; numbers for `contact_id`), as (key, id, status,
    people): for a phone that several `people` have, the one with the lowest id and any of their statuses."""
    column = key_column(identifier)
    mine = sa.and_(Contact.account_id == account_id, column.in_(keys))
    if identifier != "phone":
        one = sa.literal(1).label("people")
        return sa.select(column.label("key"), Contact.id, Contact.status, one).where(mine)
    return (
        sa.select(
            column.label("key"),
            sa.func.min(Contact.id).label("id"),
            sa.func.min(Contact.status).label("status"),
            sa.func.count().label("people"),
        )
        .where(mine)
        .group_by(column)
    )

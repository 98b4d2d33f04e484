"""Orders of the contact list, each read from an index of its own.

Keys end with the id, so that an order is total. Only the first key can be NULL; contacts without it follow
all others, in either direction.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import LAST_NAME, Contact

_columns = Contact.__table__.c
_last_name: Any = sa.type_coerce(sa.literal_column(LAST_NAME.text), _columns.last_name_key.type)


class Order(NamedTuple):
    """Key expressions, most significant first, and the attributes of a contact that hold their values."""

    keys: tuple[Any, ...]
    attributes: tuple[str, ...]

    @property
    def may_be_empty(self) -> bool:
        """Whether contacts can lack the first key."""
        return bool(_columns[self.attributes[0]].nullable)

    def is_empty(self, contact: Contact) -> bool:
        """Return whether the contact lacks the first key."""
        return getattr(contact, self.attributes[0]) is None

    def beyond(self, keys: tuple[Any, ...], anchor: Contact, is_below: bool) -> sa.ColumnElement[bool]:
        """Return the condition that a contact follows `anchor` in ascending order; with `is_below`, that it
        precedes it. `keys` are the last keys of the order, or expressions with their values."""
        names = self.attributes[len(self.attributes) - len(keys) :]
        values = [_value(anchor, name) for name in names]
        here, there = sa.tuple_(*keys), sa.tuple_(*values)
        follows: sa.ColumnElement[bool] = here < there if is_below else here > there
        # SQLite compares a row with an expression in it only after reading it; this limits what it reads.
        near = keys[0] <= values[0] if is_below else keys[0] >= values[0]
        return sa.and_(near, follows)


def _value(anchor: Contact, name: str) -> sa.BindParameter[Any]:
    value = getattr(anchor, name)
    column = _columns[name]
    return sa.literal("" if value is None and name == "last_name_key" else value, column.type)


ORDERS: dict[str, Order] = {
    "added": Order((_columns.id,), ("id",)),
    "name": Order(
        (_columns.first_name_key, _last_name, _columns.id), ("first_name_key", "last_name_key", "id")
    ),
    "last_name": Order((_columns.last_name_key, _columns.id), ("last_name_key", "id")),
    "email": Order((_columns.email_key, _columns.id), ("email_key", "id")),
    "phone": Order((_columns.phone_key, _columns.id), ("phone_key", "id")),
    "status": Order((_columns.status, _columns.id), ("status", "id")),
}

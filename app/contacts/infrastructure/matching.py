"""Which contact a row of a file means: by address, phone or number."""

from typing import Any, Literal

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact

_contacts = Contact.__table__


def matched(account_id: int, by: Literal["email", "phone", "id"], rows: sa.Select[Any]) -> sa.Select[Any]:
    """`rows` (row_number, key) joined with the contacts: (row_number, contact_id, status, found)."""
    given = rows.subquery("given")
    column = _contacts.c[{"email": "email_key", "phone": "phone_key", "id": "id"}[by]]
    mine = sa.and_(_contacts.c.account_id == account_id, column == given.c.key)
    if by != "phone":
        return sa.select(
            given.c.row_number,
            _contacts.c.id.label("contact_id"),
            _contacts.c.status,
            sa.literal(1).label("found"),
        ).join_from(given, _contacts, mine)
    return (
        sa.select(
            given.c.row_number,
            sa.func.min(_contacts.c.id).label("contact_id"),
            sa.func.min(_contacts.c.status).label("status"),
            sa.func.count().label("found"),
        )
        .join_from(given, _contacts, mine)
        .group_by(given.c.row_number)
    )

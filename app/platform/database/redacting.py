"""Rows without the email addresses of a person who was erased."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from app.platform.database.transactions import session
from app.platform.text.redacting import redacted


def rows_naming(table: Any, columns: Collection[str], account_id: int, texts: Collection[str]) -> list[Any]:
    """Return the account's rows that have one of the lower-case `texts` in a text or JSON column, as
    (*primary key, *columns). Reads all rows of the account.

    JSON may escape letters other than ASCII, so only the domain of an address with such letters is searched.
    """
    parts = [text if text.isascii() else text.rpartition("@")[2] for text in texts]
    held = [sa.func.lower(sa.cast(table.c[name], sa.Text)) for name in columns]
    names = [one.contains(part, autoescape=True) for one in held for part in parts if part]
    query = sa.select(*table.primary_key.columns, *(table.c[name] for name in columns))
    return list(session().execute(query.where(table.c.account_id == account_id, sa.or_(sa.false(), *names))))


def redact_rows(table: Any, columns: Collection[str], account_id: int, addresses: Collection[str]) -> None:
    """Replace the addresses in text and JSON columns of the account's rows, in the caller's transaction."""
    keys = list(table.primary_key.columns)
    for row in rows_naming(table, columns, account_id, addresses):
        before = dict(zip(columns, row[len(keys) :], strict=True))
        after = {name: redacted(value, addresses) for name, value in before.items()}
        if after != before:
            if "updated_at" in table.c:
                after["updated_at"] = table.c.updated_at  # no user has changed it
            is_row = [key == value for key, value in zip(keys, row, strict=False)]
            session().execute(sa.update(table).where(table.c.account_id == account_id, *is_row).values(after))

"""Tables with at most one row per account: its mail server, its mailbox, its provider of text messages."""

from typing import Any, TypeVar

import sqlalchemy as sa

from app.messaging.infrastructure.servers.tables import Mailbox, MailServerRow
from app.messaging.infrastructure.sms.tables import SmsProviderRow
from app.platform.database import session

Row = TypeVar("Row", MailServerRow, Mailbox, SmsProviderRow)


def row_of(table: type[Row], account_id: int) -> Row | None:
    query = sa.select(table).where(table.account_id == account_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def save_row(table: type[Row], account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's row, or change it."""
    known = row_of(table, account_id)
    if known is None:
        session().add(table(account_id=account_id, created_by=user_id, **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    session().flush()


def delete_row(table: type[Row], account_id: int) -> None:
    theirs = sa.delete(table).where(table.account_id == account_id)
    session().execute(theirs, execution_options={"synchronize_session": False})

"""Tables in which an account has one row at most, such as that of its mail server."""

from typing import Any, TypeVar

import sqlalchemy as sa

from app.platform.database import session
from app.platform.tenancy import AccountOwned

Row = TypeVar("Row", bound=AccountOwned)


def row_of(table: type[Row], account_id: int) -> Row | None:
    query = sa.select(table).where(table.account_id == account_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def save_row(table: type[Row], account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's row, or change it."""
    known = row_of(table, account_id)
    if known is None:
        create: Any = table
        session().add(create(account_id=account_id, created_by=user_id, **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    session().flush()


def delete_row(table: type[Row], account_id: int) -> None:
    theirs = sa.delete(table).where(table.account_id == account_id)
    session().execute(theirs, execution_options={"synchronize_session": False})

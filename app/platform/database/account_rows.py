"""Tables in which an account has one row at most, such as that of its mail server."""

from functools import lru_cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from app.platform.database import session
from app.platform.database.many_rows import id_param
from app.platform.tenancy import AccountOwned

Row = TypeVar("Row", bound=AccountOwned)


def row_of(table: type[Row], account_id: int) -> Row | None:
    found: Row | None = session().scalar(
        _row(cast(Any, table)),
        {"of_account": account_id},
        execution_options={"populate_existing": True, "prepared": True},
    )
    return found


@lru_cache
def _row(table: Any) -> sa.Select[Any]:
    return sa.select(table).where(table.account_id == id_param("of_account"))


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

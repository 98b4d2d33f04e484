"""Look-up of the contacts that a few rows would be matched to."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import key_column
from app.contacts.infrastructure.tables import Contact
from app.files.domain.columns.identify import Identifier
from app.platform.database import session


def people_by_key(account_id: int, identifier: Identifier, keys: Sequence[str]) -> dict[str, int]:
    """Return {key: number of contacts that have it}; keys that no contact has are missing."""
    column = key_column(identifier)
    wanted = [int(key) for key in keys] if identifier == "contact_id" else list(keys)
    rows = session().execute(
        sa.select(column, sa.func.count())
        .where(Contact.account_id == account_id, column.in_(wanted))
        .group_by(column)
    )
    return {str(key): count for key, count in rows}

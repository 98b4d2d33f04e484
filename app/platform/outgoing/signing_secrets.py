"""Secrets that sign calls, encrypted where they are saved, so that they outlive SECRET_KEY.

Each was derived from SECRET_KEY and a salt, and still is: the previous release, which may run meanwhile,
knows only the salt. So a saved secret names the salt that it belongs to, and counts with that one only.
`save_derived` saves the secrets of rows that have none.
"""

from typing import Any, Final

import sqlalchemy as sa

from app.platform.database import session, transaction
from app.platform.encryption import decrypted_saved, encrypted_to_save
from app.platform.outgoing.rules import secret_of
from app.platform.settings import current

MAX_SAVED: Final = 300  # characters
_SLICE: Final = 100
_ALL: Final = {"cross_account": True, "synchronize_session": False}


def to_save(account_id: int, salt: str, purpose: str) -> str:
    """Return the secret of a new salt, encrypted, with its salt."""
    return encrypted_to_save(f"{salt} {secret_of(current().secret_key, account_id, salt)}", purpose)


def opened(saved: str, account_id: int, salt: str, purpose: str) -> str:
    """Return the secret of a salt: the saved one, or without it that of the present SECRET_KEY."""
    known, _, secret = ((decrypted_saved(saved, purpose) if saved else None) or "").partition(" ")
    return secret if known == salt else secret_of(current().secret_key, account_id, salt)


def save_derived(saved: Any, salt: Any, purpose: str) -> int:
    """Fill the column `saved` of rows that have a `salt` and no secret yet; return how many were filled."""
    table, filled = saved.table, 0
    query = sa.select(table.c.account_id, salt).where(salt.is_not(None), saved == "").limit(_SLICE)
    while True:
        with transaction():
            found = session().execute(query, execution_options=_ALL).all()
            for account_id, of_row in found:
                values = {saved.name: to_save(account_id, of_row, purpose)}
                if "updated_at" in table.c:
                    values["updated_at"] = table.c.updated_at  # nobody has changed the settings
                change = sa.update(table).where(table.c.account_id == account_id, salt == of_row, saved == "")
                session().execute(change.values(**values), execution_options=_ALL)
        filled += len(found)
        if len(found) < _SLICE:
            return filled

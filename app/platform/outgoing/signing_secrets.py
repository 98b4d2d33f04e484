"""Secrets that sign calls, encrypted where they are saved, so that they outlive SECRET_KEY.

Each was derived from SECRET_KEY and a salt, and still is: the previous release, which may run meanwhile,
knows only the salt. So a saved secret names the salt that it belongs to, and counts with that one only.
`save_derived` saves the secrets of rows that have none, and of those whose salt that release has replaced.
"""

from typing import Any, Final

import sqlalchemy as sa

from app.platform.database import forget_snapshot, session, transaction
from app.platform.encryption import decrypted_saved, encrypted_to_save
from app.platform.outgoing.rules import secret_of
from app.platform.settings import current

MAX_SAVED: Final = 300  # characters
_SLICE: Final = 200
_ALL: Final = {"cross_account": True, "synchronize_session": False}


def to_save(account_id: int, salt: str, purpose: str) -> str:
    """Return the secret of a new salt, encrypted, with its salt."""
    return encrypted_to_save(f"{salt} {secret_of(current().secret_key, account_id, salt)}", purpose)


def opened(saved: str, account_id: int, salt: str, purpose: str) -> str:
    """Return the secret of a salt: the saved one, or without it that of the present SECRET_KEY."""
    known, _, secret = ((decrypted_saved(saved, purpose) if saved else None) or "").partition(" ")
    return secret if known == salt else secret_of(current().secret_key, account_id, salt)


def save_derived(saved: Any, salt: Any, purpose: str) -> int:
    """Fill the column `saved` of rows whose `salt` it doesn't have the secret of; return how many were
    filled. A secret that no key reads is left, because the key may come back."""
    table, filled, last = saved.table, 0, 0
    one = table.c.account_id
    query = sa.select(one, salt, saved).where(salt.is_not(None)).order_by(one).limit(_SLICE)
    while True:
        found = session().execute(query.where(one > last), execution_options=_ALL).all()
        forget_snapshot()
        lacking = [row for row in found if _lacks_secret(row[2], row[1], purpose)]
        if lacking:
            with transaction():
                for row in lacking:
                    _fill(saved, salt, row, purpose)
        filled += len(lacking)
        if len(found) < _SLICE:
            return filled
        last = found[-1][0]


def _lacks_secret(text: str, salt: str, purpose: str) -> bool:
    known = decrypted_saved(text, purpose) if text else ""
    return known is not None and known.partition(" ")[0] != salt


def _fill(saved: Any, salt: Any, row: Any, purpose: str) -> None:
    (account_id, of_row, text), table = row, saved.table
    values = {saved.name: to_save(account_id, of_row, purpose)}
    if "updated_at" in table.c:
        values["updated_at"] = table.c.updated_at  # nobody has changed the settings
    change = sa.update(table).where(table.c.account_id == account_id, salt == of_row, saved == text)
    session().execute(change.values(**values), execution_options=_ALL)

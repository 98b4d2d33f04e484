"""Columns with saved secrets, of all rooms, and encrypting them anew with the first key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.platform.database import forget_snapshot, session, transaction
from app.platform.encryption import decrypted_saved, encrypted_to_save, has_first_key

SLICE: Final = 100
_ALL: Final = {"cross_account": True, "synchronize_session": False}


@dataclass(frozen=True)
class EncryptedColumn:
    """A column, and the purpose that its texts are encrypted for. Empty texts are no secrets."""

    column: Any
    purpose: str

    @property
    def name(self) -> str:
        return f"{self.column.table.name}.{self.column.name}"


class Counts(NamedTuple):
    """Secrets that have the first key, those that have an older one, and those that no key reads."""

    first: int = 0
    older: int = 0
    lost: int = 0


_COLUMNS: Final[dict[str, EncryptedColumn]] = {}


def register(column: Any, purpose: str) -> None:
    """Register a column of a table."""
    one = EncryptedColumn(column, purpose)
    _COLUMNS[one.name] = one


def encrypted_columns() -> list[EncryptedColumn]:
    return [_COLUMNS[name] for name in sorted(_COLUMNS)]


def count_secrets() -> Counts:
    """Count all saved secrets by the key that they have."""
    states = [
        _state(text, one.purpose) for one in encrypted_columns() for part in _slices(one) for *_, text in part
    ]
    return Counts(*(states.count(name) for name in Counts._fields))


def encrypt_anew(one: EncryptedColumn) -> Counts:
    """Encrypt the secrets of a column that have an older key with the first one, in short transactions.

    What is changed meanwhile by somebody else is left alone. May be stopped at any time, and repeated.
    """
    first = changed = lost = 0
    for part in _slices(one):
        with transaction():
            for *place, text in part:
                state = _state(text, one.purpose)
                first += state == "first"
                lost += state == "lost"
                changed += state == "older" and _replace(one, place, text)
    return Counts(first, changed, lost)


def _state(text: str, purpose: str) -> str:
    if has_first_key(text, purpose):
        return "first"
    return "lost" if decrypted_saved(text, purpose) is None else "older"


def _slices(one: EncryptedColumn) -> Iterator[list[Any]]:
    """Yield rows of a primary key and a secret, in the order of the key."""
    table, last = one.column.table, None
    key = list(table.primary_key)
    query = sa.select(*key, one.column).where(one.column != "").order_by(*key).limit(SLICE)
    while True:
        after = query if last is None else query.where(sa.tuple_(*key) > tuple(last))
        part = [tuple(row) for row in session().execute(after, execution_options=_ALL)]
        forget_snapshot()
        if not part:
            return
        yield part
        last = part[-1][:-1]


def _replace(one: EncryptedColumn, place: list[Any], text: str) -> bool:
    table = one.column.table
    at = [column == value for column, value in zip(table.primary_key, place, strict=True)]
    secret = decrypted_saved(text, one.purpose)
    if secret is None:
        return False
    values = {one.column: encrypted_to_save(secret, one.purpose)}
    if "updated_at" in table.c:
        values[table.c.updated_at] = table.c.updated_at  # nobody has changed the settings
    change = sa.update(table).where(*at, one.column == text).values(values).returning(one.column)
    return session().execute(change, execution_options=_ALL).first() is not None

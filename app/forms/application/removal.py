"""What happens to submissions when their contacts are deleted or erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import Consequence, ErasedPerson, Eraser, Trace
from app.forms.infrastructure import queries, store
from app.platform.database.many_rows import id_list
from app.platform.text.words import counted


def register_removal() -> None:
    """Register this room's part with the room of contacts."""
    contacts.register_deletion("forms", Consequence(_delete, _foresee))
    contacts.register_eraser("forms", Eraser(preview=_preview, at_once=_erase))


def _delete(account_id: int, deleted: sa.Select[Any], _at: datetime) -> None:
    store.delete_of_contacts(account_id, deleted)


def _foresee(account_id: int, deleted: sa.Select[Any]) -> str:
    number = queries.submissions_of(account_id, deleted)
    return f"{counted(number, 'form submission')} {'is' if number == 1 else 'are'} deleted." if number else ""


def _preview(person: ErasedPerson) -> Sequence[Trace]:
    sentence = _foresee(person.account_id, id_list([person.contact_id]))
    return [Trace(sentence)] if sentence else []


def _erase(person: ErasedPerson) -> None:
    """Delete also what waits for confirmation, which names no contact yet."""
    store.delete_of_contacts(person.account_id, id_list([person.contact_id]))
    store.delete_of_addresses(person.account_id, [one for one in person.keys if "@" in one])

"""What happens to notes and tasks when their contacts are deleted or erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.application import api_requests
from app.contacts import application as contacts
from app.contacts.application import Consequence, ErasedPerson, Eraser, Trace
from app.platform.database import transaction
from app.platform.text.words import counted, joined
from app.tasks.infrastructure import queries, store


def register_removal() -> None:
    """Register this room's part with the room of contacts."""
    contacts.register_deletion("tasks", Consequence(_delete, _foresee))
    contacts.register_eraser("tasks", Eraser(preview=_preview, at_once=_erase, traces=_redact))


def _delete(account_id: int, deleted: sa.Select[Any], _at: datetime) -> None:
    store.delete_of_contacts(account_id, deleted)


def _foresee(account_id: int, deleted: sa.Select[Any] | Sequence[int]) -> str:
    notes, tasks = queries.count_of_contacts(account_id, deleted)
    parts = [counted(notes, "note")] * bool(notes) + [counted(tasks, "task")] * bool(tasks)
    return f"{joined(parts)} {'is' if notes + tasks == 1 else 'are'} deleted." if parts else ""


def _preview(person: ErasedPerson) -> Sequence[Trace]:
    sentence = _foresee(person.account_id, [person.contact_id])
    return [Trace(sentence)] if sentence else []


def _erase(person: ErasedPerson) -> None:
    store.delete_of_contacts(person.account_id, [person.contact_id])
    # Answers to programs that are kept for repeated requests, in compact JSON.
    api_requests.forget_answers(person.account_id, [f'"contact_id":{person.contact_id},'])


def _redact(person: ErasedPerson) -> None:
    with transaction():
        store.redact(person.account_id, person.addresses)

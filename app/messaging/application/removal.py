"""What happens to messages when their contacts are deleted or erased: they stay for the figures, with nothing
that is personal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import Consequence, ErasedPerson, Eraser, Trace
from app.messaging.infrastructure import queries, store
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.servers import store as sender_store
from app.platform.clock import now
from app.platform.database.many_rows import id_list
from app.platform.text.words import counted


def register_removal() -> None:
    """Register this room's part with the room of contacts."""
    contacts.register_deletion("messages", Consequence(_delete, _foresee))
    contacts.register_eraser("messages", Eraser(preview=_preview, at_once=_erase))


def _delete(account_id: int, deleted: sa.Select[Any], _at: datetime) -> None:
    reactions.remove(account_id, deleted)
    store.blank(account_id, deleted)


def _foresee(account_id: int, deleted: sa.Select[Any] | Sequence[int]) -> str:
    return ""


def _preview(person: ErasedPerson) -> Sequence[Trace]:
    number = queries.messages_of_contact(person.account_id, person.contact_id)
    return [Trace(f"Removed from {counted(number, 'sent message')}.")] if number else []


def _erase(person: ErasedPerson) -> None:
    _delete(person.account_id, id_list([person.contact_id]), now())
    sender_store.redact(person.account_id, person.addresses)

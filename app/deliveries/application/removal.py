"""What happens to deliveries when their contacts are deleted or erased, and when they are old."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import Consequence, ErasedPerson, Eraser, Trace
from app.deliveries.infrastructure import hosts, queries, store
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.database.pieces import delete_in_pieces
from app.platform.settings import current
from app.platform.text.words import counted


def register_removal() -> None:
    """Register this room's part with the room of contacts."""
    contacts.register_deletion("deliveries", Consequence(store.blank, _foresee))
    contacts.register_eraser("deliveries", Eraser(preview=_preview, at_once=_erase))


def discard_old() -> None:
    """Delete, in short transactions, what is older than JOB_RETENTION_DAYS."""
    before = now() - timedelta(days=current().job_retention_days)
    with transaction():
        hosts.discard_before(before)
    delete_in_pieces(lambda at_most: store.discard_before(before, at_most))


def _foresee(account_id: int, deleted: sa.Select[Any] | Sequence[int]) -> str:
    return ""


def _preview(person: ErasedPerson) -> Sequence[Trace]:
    number = queries.bodies_of_contact(person.account_id, person.contact_id)
    return [Trace(f"Removed from {counted(number, 'webhook request')}.")] if number else []


def _erase(person: ErasedPerson) -> None:
    store.blank(person.account_id, id_list([person.contact_id]), now())

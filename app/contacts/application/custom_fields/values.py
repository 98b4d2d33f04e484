"""The task that changes the values of a field in all contacts: converts them to a new kind, moves them to
another field, or removes them.

It works piece by piece, one short transaction each, and records how far it has come, so that it can be
interrupted and repeated, and only one worker does each piece.
"""

import time
from collections.abc import Sequence
from datetime import timedelta

from app.accounts import application as accounts
from app.contacts.domain.own_fields import OwnField, OwnKind, read_own
from app.contacts.domain.value_style import ValueStyle
from app.contacts.infrastructure import own_field_store
from app.contacts.infrastructure.tables import CustomField
from app.platform import queue
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.logs import log

VALUES_TASK = "contacts.change_values"
CONTACTS = 2_000  # per transaction
PAUSE_SECONDS = 0.02
SECONDS_IN_A_ROW = 20.0
UNTOUCHED = timedelta(seconds=30)


def change_values(account_id: int, field_id: int) -> None:
    """Do the field's change, up to SECONDS_IN_A_ROW seconds of it; another task does the rest."""
    until = time.monotonic() + SECONDS_IN_A_ROW
    while not queue.should_stop():
        with transaction():
            field = own_field_store.field_by_id(account_id, field_id)
            if field is None or not field.task:
                return
            if not _change_piece(account_id, field):
                log.info("field_values_changed", extra={"field": field_id, "task": field.task})
                return
        if time.monotonic() > until:
            queue.send(VALUES_TASK, account_id, field_id)
            return
        time.sleep(PAUSE_SECONDS)


def resume_changes() -> None:
    """Enqueue a task for each change that was interrupted."""
    for account_id, field_id in own_field_store.unfinished_changes(now() - UNTOUCHED):
        queue.send(VALUES_TASK, account_id, field_id)


def _change_piece(account_id: int, field: CustomField) -> bool:
    """Change the next contacts. Return False once all are done, and finish the change then."""
    piece = own_field_store.next_piece(account_id, field.key, field.done_through, CONTACTS)
    if not piece:
        _finish(account_id, field)
        return False
    ids = [contact_id for contact_id, _ in piece]
    if not own_field_store.advance(account_id, field.id, field.task, field.done_through, ids[-1]):
        return True
    if field.task == "delete":
        own_field_store.remove_values(account_id, field.key, ids, now())
    elif field.task == "convert":
        own_field_store.replace_values(account_id, field.key, _converted(account_id, field, piece), now())
    elif target := own_field_store.field_by_id(account_id, field.merge_into or 0):
        own_field_store.move_values(account_id, field.key, target.key, ids, now())
    return True


def _finish(account_id: int, field: CustomField) -> None:
    if field.task == "convert":
        own_field_store.change_field(account_id, field.id, task="", done_through=0)
    else:
        own_field_store.delete_field(account_id, field.id)


def _converted(
    account_id: int, field: CustomField, piece: Sequence[tuple[int, str]]
) -> list[tuple[int, str, str]]:
    """Return (contact id, value, value to store) where the value fits the field's kind and differs."""
    own = OwnField(field.key, field.label, OwnKind(field.kind), tuple(field.choices))
    style = ValueStyle(accounts.worker_actor(account_id).country)
    read = ((contact_id, value, read_own(own, value, style)) for contact_id, value in piece)
    return [(contact_id, value, fresh) for contact_id, value, fresh in read if fresh not in (None, value)]

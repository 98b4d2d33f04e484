"""Deleting contacts: what rooms above this one keep about them is settled by the functions they register."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.infrastructure import bulk_store
from app.contacts.infrastructure.consent import sms_store
from app.contacts.infrastructure.removing.locks import LockFor, lock
from app.platform.database import transaction


class Consequence(NamedTuple):
    """What another room does when contacts are deleted.

    `settle(account_id, contact_ids, at)` runs in the transaction that deletes them. `foresee(account_id,
    contact_ids)` says beforehand, in a sentence with numbers, what that would do; empty if nothing.
    """

    settle: Callable[[int, sa.Select[Any], datetime], None]
    foresee: Callable[[int, sa.Select[Any]], str]


_consequences: dict[str, Consequence] = {}


def register_deletion(name: str, consequence: Consequence) -> None:
    """Register what else happens when contacts are deleted."""
    _consequences[name] = consequence


def consequences_of(account_id: int, contacts: sa.Select[Any]) -> list[str]:
    """Return sentences that say what else would happen if the contacts were deleted."""
    sentences = (one.foresee(account_id, contacts) for one in _consequences.values())
    return [sentence for sentence in sentences if sentence]


def delete_many(account_id: int, contacts: sa.Select[Any], at: datetime) -> int:
    """Delete the contacts whose ids the select returns, with their tags and timelines; return how many."""
    with transaction():
        happenings.note_removal()
        lock(contacts, LockFor.REMOVAL)
        for consequence in _consequences.values():
            consequence.settle(account_id, contacts, at)
        activity.forget_contacts(account_id, contacts)
        sms_store.forget_agreements(account_id, contacts)
        return bulk_store.delete(account_id, contacts)

"""Locks on many contacts."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.contacts.application import happenings
from app.contacts.infrastructure.removing import locks
from app.contacts.infrastructure.removing.locks import LockFor
from app.platform.database import transaction
from app.platform.database.many_rows import Bound, bound


def hold_many(account_id: int, contact_ids: sa.Select[Any] | Bound, *, to_change: bool = False) -> None:
    """Keep the contacts in the first column of `contact_ids` from being removed until the transaction ends;
    with `to_change`, also from being changed or tagged by others.

    Those that are being removed at the moment are waited for; they do not exist afterward. To be called
    before events or enrollments of contacts are written and, `to_change`, before contacts or their tags are
    changed; but after contacts are created, in all transactions that do both, so that none can deadlock.
    """
    purpose = LockFor.CHANGE if to_change else LockFor.WRITING_ABOUT
    with transaction():
        happenings.ask_again()
        locks.hold(account_id, bound(contact_ids), purpose)


def hold_free(account_id: int, contact_ids: Sequence[int]) -> set[int]:
    """Keep those of the contacts that nobody else is changing or removing from being changed or removed until
    the transaction ends; return their ids. Never waits."""
    with transaction():
        happenings.ask_again()
        return locks.hold_free(account_id, contact_ids)


def lock_many(account_id: int, contact_ids: sa.Select[Any]) -> None:
    """Lock the contacts against all changes until the transaction ends. To be called before contacts are
    removed, and before it is decided whether they are."""
    with transaction():
        happenings.ask_again()
        locks.lock_ids(account_id, contact_ids, LockFor.REMOVAL)

"""Set-based operations on contacts, for use inside the caller's transaction.

They check no permission: the job that calls them was authorized when it was started. Input selects name their
columns, and whoever builds a select limits it to the account. The caller of those that write events or tags,
or change contacts, holds the contacts before (`hold_many`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, overload

import sqlalchemy as sa

from app.activity import application as activity
from app.contacts.domain import Status
from app.contacts.infrastructure import bulk_store, staged
from app.contacts.infrastructure.counts import change_counts
from app.contacts.infrastructure.counts.change_counts import FieldChanges
from app.contacts.infrastructure.removing import locks, undo_store
from app.contacts.infrastructure.removing.locks import LockFor
from app.platform.database import is_sqlite, transaction
from app.platform.database.many_rows import Bound, around, bound

Mode = Literal["fill", "overwrite"]


@overload
def unpack(rows: Bound) -> Bound: ...
@overload
def unpack(rows: sa.Select[Any]) -> sa.Select[Any]: ...
def unpack(rows: sa.Select[Any] | Bound) -> sa.Select[Any] | Bound:
    """Expand the JSON column `fields` (written by `domain.pack`) of `rows` into one column for each of
    `domain.STAGED`. Other columns are passed through. Executes nothing."""
    given = bound(rows)
    query: sa.Select[Any] = around(staged.unpacked, given, is_sqlite())
    return Bound(query, given.values) if isinstance(rows, Bound) else query


def hold_many(account_id: int, contact_ids: sa.Select[Any] | Bound, *, to_change: bool = False) -> None:
    """Keep the contacts in the first column of `contact_ids` from being removed until the transaction ends;
    with `to_change`, also from being changed or tagged by others.

    Those that are being removed at the moment are waited for; they do not exist afterward. To be called
    before events or enrollments of contacts are written and, `to_change`, before contacts or their tags are
    changed; but after contacts are created, in all transactions that do both, so that none can deadlock.
    """
    purpose = LockFor.CHANGE if to_change else LockFor.WRITING_ABOUT
    with transaction():
        locks.hold(account_id, bound(contact_ids), purpose)


def lock_many(account_id: int, contact_ids: sa.Select[Any]) -> None:
    """Lock the contacts against all changes until the transaction ends. To be called before contacts are
    removed, and before it is decided whether they are."""
    with transaction():
        locks.lock_ids(account_id, contact_ids, LockFor.REMOVAL)


def create_many(
    account_id: int,
    source: sa.Select[Any] | Bound,
    job_id: int | None,
    at: datetime,
    *,
    consent_basis: str | None = None,
    consent_source: str | None = None,
    created_by: int | None = None,
) -> int:
    """Create a contact for each row of `source`; return how many were created.

    `source` yields any of `domain.STAGED` and optionally `status`, `consent_basis`, and `consent_source`.
    Rows whose email address belongs to an existing contact are skipped, as are rows without an email address
    whose phone number does.
    """
    fixed = {
        "created_job_id": job_id,
        "created_by": created_by,
        "consent_basis": consent_basis,
        "consent_source": consent_source,
    }
    with transaction():
        return bulk_store.create(account_id, bound(source), fixed, at)


def changed_by(account_id: int, rows: sa.Select[Any], mode: Mode) -> sa.Select[Any]:
    """Return a select of the `contact_id`s that `update_many` would change, and lock those contacts until the
    transaction ends, so that of two batches with the same change only one reports it."""
    with transaction():
        contacts = bulk_store.changed(account_id, rows, mode)
        locks.lock(contacts, LockFor.CHANGE)
        return contacts


def update_many(account_id: int, rows: sa.Select[Any], mode: Mode, at: datetime) -> int:
    """Fill empty fields (or overwrite all, by `mode`) from `rows`: `contact_id` (unique) and any of
    `domain.STAGED`.

    The email address is never changed, an empty cell erases nothing, and status and consent are left alone.
    Returns how many contacts changed.
    """
    with transaction():
        return bulk_store.update(account_id, rows, mode, at)


def count_changes(account_id: int, rows: sa.Select[Any], mode: Mode) -> tuple[int, dict[str, FieldChanges]]:
    """Count what `update_many` would change, given its `rows` with a column `row_number`: contacts, and
    {field: changes}. Changes nothing."""
    return (
        change_counts.changed_contacts(account_id, rows, mode),
        change_counts.changed_fields(account_id, rows, mode),
    )


def block_many(account_id: int, rows: sa.Select[Any], job_id: int | None, at: datetime) -> int:
    """Set the status (unsubscribed, bounced, or blocked) of `rows`: `contact_id`, `status`.

    A contact with a stronger status keeps it (see `domain.STRENGTH`). Records an event on each contact's
    timeline. Returns how many contacts changed.
    """
    with transaction():
        for status in (Status.BOUNCED, Status.UNSUBSCRIBED, Status.BLOCKED):
            contacts = bulk_store.weaker(account_id, rows, status)
            activity.record_many(status.value, account_id, contacts, at, job_id=job_id)
        return bulk_store.block(account_id, rows, at)


def tag_many(
    account_id: int,
    contact_ids: sa.Select[Any] | Bound,
    tag_ids: Sequence[int],
    job_id: int | None,
    at: datetime,
) -> int:
    """Add each tag (ids from `ensure_tags`) to every contact in the first column of `contact_ids`.

    Returns how many contact–tag pairs were new; these carry `job_id`, so that they can be undone.
    """
    with transaction():
        return bulk_store.tag(account_id, bound(contact_ids), tag_ids, job_id, at)


def tag_each(account_id: int, rows: sa.Select[Any] | Bound, job_id: int | None, at: datetime) -> int:
    """Add to each contact of `rows` its own tags: `contact_id`, and `fields` (JSON text) with tag keys under
    `tags`.

    Keys of tags that do not exist are ignored. Returns how many contact–tag pairs were new.
    """
    with transaction():
        return bulk_store.tag_each(account_id, bound(rows), job_id, at)


def untag_many(account_id: int, contact_ids: sa.Select[int], job_id: int) -> int:
    """Remove the tags that the job `job_id` added to the contacts. Returns how many contact–tag pairs."""
    with transaction():
        return undo_store.untag(account_id, contact_ids, job_id)


def remove_created(account_id: int, contact_ids: sa.Select[int], job_id: int) -> int:
    """Delete those of the contacts that the job `job_id` created, with their timelines; returns how many.

    The caller has locked them (`lock_many`), makes sure that nothing else has used them, and has removed
    their tags.
    """
    with transaction():
        activity.forget_contacts(account_id, contact_ids)
        return undo_store.remove(account_id, contact_ids, job_id)

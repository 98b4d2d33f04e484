"""Creating, changing, and removing many contacts."""

from datetime import datetime
from typing import Any, Literal, overload

import sqlalchemy as sa

from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.bulk.deletion import delete_many
from app.contacts.application.happenings import ANY, Kind
from app.contacts.domain import Status
from app.contacts.infrastructure import bulk_store, queries, staged
from app.contacts.infrastructure.counts import change_counts
from app.contacts.infrastructure.counts.change_counts import FieldChanges
from app.contacts.infrastructure.removing import locks
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.selecting import selections
from app.contacts.infrastructure.tables import Contact
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


def create_many(
    account_id: int,
    rows: sa.Select[Any] | Bound,
    job_id: int | None,
    at: datetime,
    *,
    consent_basis: str | None = None,
    consent_source: str | None = None,
    created_by: int | None = None,
    source: str = "",
) -> int:
    """Create a contact for each of `rows`; return how many were created.

    `rows` have any of `domain.STAGED` and optionally `status`, `consent_basis`, and `consent_source`.
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
        heard = happenings.listening(account_id)
        if not heard.asks_about(Kind.CONTACT_CREATED):
            return bulk_store.create(account_id, bound(rows), fixed, at)
        created = bulk_store.create_naming(account_id, bound(rows), fixed, at)
        heard.tell(Kind.CONTACT_CREATED, "", created, at, job_id=job_id, source=source)
        return len(created)


def changed_by(account_id: int, rows: sa.Select[Any], mode: Mode) -> sa.Select[Any]:
    """Return a select of the `contact_id`s that `update_many` would change, and lock those contacts until the
    transaction ends, so that of two batches with the same change only one reports it."""
    with transaction():
        contacts = bulk_store.changed(account_id, rows, mode)
        locks.lock(contacts, LockFor.CHANGE)
        return contacts


def update_many(
    account_id: int,
    rows: sa.Select[Any],
    mode: Mode,
    at: datetime,
    *,
    job_id: int | None = None,
    source: str = "",
) -> int:
    """Fill empty fields (or overwrite all, by `mode`) from `rows`: `contact_id` (unique) and any of
    `domain.STAGED`.

    The email address is never changed, an empty cell erases nothing, and status and consent are left alone.
    Returns how many contacts changed.
    """
    with transaction():
        heard = happenings.listening(account_id)
        fields = heard.named(Kind.FIELD_CHANGED)
        if not fields:
            return bulk_store.update(account_id, rows, mode, at)
        changes = change_counts.contacts_changed_in(account_id, rows, mode, sorted(fields))
        changed = bulk_store.update_naming(account_id, rows, mode, at)
        for field, contacts in {**changes, ANY: changed}.items():
            heard.tell(Kind.FIELD_CHANGED, field, contacts, at, job_id=job_id, source=source)
        return len(changed)


def count_changes(account_id: int, rows: sa.Select[Any], mode: Mode) -> tuple[int, dict[str, FieldChanges]]:
    """Count what `update_many` would change, given its `rows` with a column `row_number`: contacts, and
    {field: changes}. Changes nothing."""
    return (
        change_counts.changed_contacts(account_id, rows, mode),
        change_counts.changed_fields(account_id, rows, mode),
    )


def block_many(
    account_id: int, rows: sa.Select[Any], job_id: int | None, at: datetime, *, source: str = ""
) -> int:
    """Set the status (unsubscribed, bounced, or blocked) of `rows`: `contact_id`, `status`.

    A contact with a stronger status keeps it (see `domain.STRENGTH`). Records an event on each contact's
    timeline. Returns how many contacts changed.
    """
    with transaction():
        for status in (Status.BOUNCED, Status.UNSUBSCRIBED, Status.BLOCKED):
            contacts = bulk_store.weaker(account_id, rows, status)
            activity.record_many(status.value, account_id, contacts, at, job_id=job_id)
        heard = happenings.listening(account_id)
        if not heard.asks_about(Kind.STATUS_CHANGED):
            return bulk_store.block(account_id, rows, at)
        changed = bulk_store.block_naming(account_id, rows, at)
        for status in Status:
            ids = [contact_id for contact_id, new in changed if new == status]
            heard.tell(Kind.STATUS_CHANGED, status, ids, at, job_id=job_id, source=source)
        return len(changed)


def contactable(account_id: int, contact_ids: sa.Select[Any]) -> sa.Select[Any]:
    """Select those of the contacts in the first column of `contact_ids` that may be contacted. Executes
    nothing."""
    return queries.contactable(account_id, contact_ids)


def remove_created(account_id: int, contact_ids: sa.Select[int], job_id: int, at: datetime) -> int:
    """Delete those of the contacts that the job `job_id` created, with all that belongs to them; returns how
    many.

    The caller has locked them (`lock_many`), and makes sure that nothing else has used them.
    """
    created = sa.select(Contact.id).where(
        Contact.account_id == account_id, Contact.id.in_(contact_ids), Contact.created_job_id == job_id
    )
    with transaction():
        ids = selections.ids_of(created)
        return delete_many(account_id, selections.listed(account_id, ids), at) if ids else 0

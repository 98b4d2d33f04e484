"""Doors for whole sets of contacts. They write inside the caller's transaction, one statement each, and ask
no permission: the job that calls them was allowed when a person started it.

Selects come in with named columns, each scoped to the account by whoever builds it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from app.activity import application as activity
from app.contacts.domain import Status
from app.contacts.infrastructure import bulk_store, staged
from app.platform.database import transaction

Mode = Literal["fill", "overwrite"]


def unpack(rows: sa.Select[Any]) -> sa.Select[Any]:
    """`rows` yields any columns plus `fields` (the JSON text of `domain.pack`). The result yields the other
    columns plus one for each of `domain.STAGED`. Runs nothing."""
    return staged.unpacked(rows)


def create_many(
    account_id: int,
    source: sa.Select[Any],
    job_id: int | None,
    at: datetime,
    *,
    consent_basis: str | None = None,
    consent_source: str | None = None,
    created_by: int | None = None,
) -> int:
    """Make a contact of each row of `source`, which yields any of `domain.STAGED` and may yield `status`,
    `consent_basis` and `consent_source`. An address (or, without one, a phone) that a contact has already is
    left out. Returns how many were made."""
    fixed = {
        "created_job_id": job_id,
        "created_by": created_by,
        "consent_basis": consent_basis,
        "consent_source": consent_source,
    }
    with transaction():
        return bulk_store.create(account_id, source, fixed, at)


def changed_by(account_id: int, rows: sa.Select[Any], mode: Mode) -> sa.Select[Any]:
    """The `contact_id`s that `update_many` would change. Nobody else changes them until the transaction ends,
    so that of two batches with the same news for somebody only one says that it brought them."""
    with transaction():
        contacts = bulk_store.changed(account_id, rows, mode)
        bulk_store.lock(contacts)
        return contacts


def update_many(account_id: int, rows: sa.Select[Any], mode: Mode, at: datetime) -> int:
    """Fill empty fields, or overwrite them, from `rows`: `contact_id` (each once) and any of `domain.STAGED`.

    The address stays, an empty cell erases nothing, and status and consent are not touched: a file never
    gives consent back. Returns how many contacts really changed."""
    with transaction():
        return bulk_store.update(account_id, rows, mode, at)


def block_many(account_id: int, rows: sa.Select[Any], job_id: int | None, at: datetime) -> int:
    """Set the status (unsubscribed, bounced or blocked) of `rows`: `contact_id`, `status`. Never the other
    way: whoever has a stronger status keeps it. Noted in each time line. Returns how many changed."""
    with transaction():
        for status in (Status.BOUNCED, Status.UNSUBSCRIBED, Status.BLOCKED):
            contacts = bulk_store.weaker(account_id, rows, status)
            activity.record_many(status.value, account_id, contacts, at, job_id=job_id)
        return bulk_store.block(account_id, rows, at)


def tag_many(
    account_id: int,
    contact_ids: sa.Select[Any],
    tag_ids: Sequence[int],
    job_id: int | None,
    at: datetime,
) -> int:
    """Give every contact of the select (its first column) each of the tags (ids of `ensure_tags`). Returns
    how many tags were new to their contact; those carry the job, so that it can be undone."""
    with transaction():
        return bulk_store.tag(account_id, contact_ids, tag_ids, job_id, at)


def tag_each(account_id: int, rows: sa.Select[Any], job_id: int | None, at: datetime) -> int:
    """Give every contact of `rows` its own tags: `contact_id`, and `fields` (JSON text) with their keys under
    `tags`. Keys that are no tags are passed over. Returns like `tag_many`."""
    with transaction():
        return bulk_store.tag_each(account_id, rows, job_id, at)

"""What lists of rows show beside each: its contact, and the batch that processed it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import batch_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.contacts.domain.names import full_name
from app.contacts.infrastructure.tables import Contact
from app.platform.database import is_sqlite
from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import in_ids, read_built


class KnownContact(NamedTuple):
    """Full name, and email address or phone number; either may be empty."""

    name: str
    address: str


class BatchEnd(NamedTuple):
    """The number of a batch and when it was finished."""

    number: int
    finished_at: datetime | None


def contacts_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    """Return {contact id: full name, may be empty} of the contacts that still exist."""
    return {contact_id: known.name for contact_id, known in known_contacts(account_id, contact_ids).items()}


def known_contacts(account_id: int, contact_ids: Sequence[int]) -> dict[int, KnownContact]:
    """Return {contact id: name and address} of the contacts that still exist."""
    if not contact_ids:
        return {}
    rows = read_built(_contacts(is_sqlite()), {"of_account": account_id, "ids": contact_ids})
    return {
        contact_id: KnownContact(full_name(first, last), email or phone or "")
        for contact_id, first, last, email, phone in rows
    }


def batches_of(account_id: int, job_id: int, rows: Sequence[int]) -> dict[int, BatchEnd]:
    """Return {row number: its batch}. All batches of a job except the first and the last have the same
    size."""
    of_job = {"of_account": account_id, "of_job": job_id}
    spans = read_built(_batches(is_sqlite()), of_job | {"numbers": (1, 2)})
    if not spans:
        return {}
    (_, _, first_end, _), (_, start, end, _) = spans[0], spans[-1]
    numbers = {row: batch_of(row, first_end, end - start + 1) for row in rows}
    found = read_built(_batches(is_sqlite()), of_job | {"numbers": set(numbers.values())})
    ends = {number: BatchEnd(number, finished_at) for number, _, _, finished_at in found}
    return {row: ends[number] for row, number in numbers.items() if number in ends}


@lru_cache
def _contacts(on_sqlite: bool) -> sa.Select[Any]:
    each = Contact.__table__.c
    return sa.select(each.id, each.first_name, each.last_name, each.email, each.phone).where(
        each.account_id == id_param("of_account"), in_ids(each.id, "ids", on_sqlite)
    )


@lru_cache
def _batches(on_sqlite: bool) -> sa.Select[Any]:
    each = EnrollmentBatch.__table__.c
    return (
        sa.select(each.number, each.first_row, each.last_row, each.finished_at)
        .where(
            each.account_id == id_param("of_account"),
            each.job_id == id_param("of_job"),
            in_ids(each.number, "numbers", on_sqlite),
        )
        .order_by(each.number)
    )

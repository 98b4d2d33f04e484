"""What lists of rows show beside each: its contact, and the batch that processed it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import batch_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.contacts.domain.names import full_name
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session


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
    rows = session().execute(
        sa.select(Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone).where(
            Contact.account_id == account_id, Contact.id.in_(contact_ids)
        )
    )
    return {
        contact_id: KnownContact(full_name(first, last), email or phone or "")
        for contact_id, first, last, email, phone in rows
    }


def batches_of(account_id: int, job_id: int, rows: Sequence[int]) -> dict[int, BatchEnd]:
    """Return {row number: its batch}. All batches of a job except the first and the last have the same
    size."""
    spans = (
        session()
        .execute(
            sa.select(EnrollmentBatch.first_row, EnrollmentBatch.last_row)
            .where(
                EnrollmentBatch.account_id == account_id,
                EnrollmentBatch.job_id == job_id,
                EnrollmentBatch.number.in_((1, 2)),
            )
            .order_by(EnrollmentBatch.number)
        )
        .all()
    )
    if not spans:
        return {}
    numbers = {
        row: batch_of(row, spans[0].last_row, spans[-1].last_row - spans[-1].first_row + 1) for row in rows
    }
    found = session().execute(
        sa.select(EnrollmentBatch.number, EnrollmentBatch.finished_at).where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.number.in_(set(numbers.values())),
        )
    )
    ends = {number: BatchEnd(number, finished_at) for number, finished_at in found}
    return {row: ends[number] for row, number in numbers.items() if number in ends}

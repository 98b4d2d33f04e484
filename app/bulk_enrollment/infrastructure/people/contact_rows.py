"""Queries for the rows of jobs that created, enrolled, or blocked a contact."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.domain.job import DRY_RUN
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import COUNTING, EnrollmentJob, EnrollmentRow
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session
from app.platform.database.many_rows import without_index
from app.workflows.infrastructure.tables import Workflow

SMALL_JOB = 20_000  # rows that may be searched without an index

_COLUMNS = (
    EnrollmentRow.row_number,
    EnrollmentRow.line,
    EnrollmentRow.identifier,
    EnrollmentRow.contact_id,
    EnrollmentRow.outcome,
    EnrollmentRow.detail,
    EnrollmentRow.note,
    EnrollmentRow.withheld,
    EnrollmentRow.source_row,
)


class WritingJob(NamedTuple):
    """A job that wrote to a contact."""

    job_id: int
    public_id: str
    kind: str
    options: JobOptions
    total: int
    started_at: datetime
    workflow: str | None
    started_by: str | None


class LedgerRow(NamedTuple):
    row_number: int
    line: int
    identifier: str | None
    contact_id: int | None
    outcome: int
    detail: str | None
    note: str | None
    withheld: str | None
    source_row: int | None

    @property
    def in_file(self) -> int:
        """Row number in the file; `row_number` differs from it in a retry."""
        return self.source_row or self.row_number


def person_keys(account_id: int, contact_id: int) -> tuple[set[str], int | None] | None:
    """Return (the keys by which rows name the contact, the job that created it); None if there is no such
    contact."""
    query = sa.select(Contact.email_key, Contact.phone_key, Contact.created_job_id)
    found = session().execute(query.where(Contact.account_id == account_id, Contact.id == contact_id)).first()
    if found is None:
        return None
    return {key for key in (found[0], found[1], str(contact_id)) if key}, found[2]


def jobs_that_wrote(
    account_id: int, contact_id: int, created_job: int | None, limit: int
) -> list[WritingJob]:
    """Return the jobs that created the contact or have an event in its timeline, newest first."""
    named = sa.select(ContactEvent.job_id).where(
        ContactEvent.account_id == account_id,
        ContactEvent.contact_id == contact_id,
        ContactEvent.job_id.isnot(None),
    )
    query = (
        sa.select(
            EnrollmentJob.id,
            EnrollmentJob.public_id,
            EnrollmentJob.kind,
            EnrollmentJob.options,
            EnrollmentJob.total,
            EnrollmentJob.created_at,
            Workflow.name,
            User.name,
        )
        .outerjoin(
            Workflow, sa.and_(Workflow.id == EnrollmentJob.workflow_id, Workflow.account_id == account_id)
        )
        .outerjoin(User, User.id == EnrollmentJob.created_by)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status.notin_(DRY_RUN),
            sa.or_(EnrollmentJob.id.in_(named), EnrollmentJob.id == (created_job or 0)),
        )
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )
    return [WritingJob(*row) for row in session().execute(query)]


def rows_by_key(
    account_id: int, contact_id: int, job_ids: Sequence[int], keys: Collection[str]
) -> dict[int, LedgerRow]:
    """Return {job id: the row that counts for one of the keys}, if it belongs to the contact."""
    query = sa.select(EnrollmentRow.job_id, *_COLUMNS).where(
        EnrollmentRow.account_id == account_id,
        without_index(EnrollmentRow.job_id).in_(job_ids),
        EnrollmentRow.key.in_(keys),
        COUNTING,
    )
    found: dict[int, LedgerRow] = {}
    for job_id, *row in session().execute(query):
        ledger_row = LedgerRow(*row)
        if ledger_row.contact_id == contact_id:
            found[job_id] = ledger_row
    return found


def row_of_contact(account_id: int, job_id: int, contact_id: int) -> LedgerRow | None:
    """Return the first row of a contact. Reads all rows of the job: only for jobs of up to SMALL_JOB rows."""
    query = (
        sa.select(*_COLUMNS)
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.contact_id == contact_id,
            COUNTING,
        )
        .order_by(EnrollmentRow.row_number)
        .limit(1)
    )
    found = session().execute(query).first()
    return LedgerRow(*found) if found else None


def settled_row(account_id: int, job_id: int, row_number: int) -> LedgerRow | None:
    """Return a row whose outcome is final, or None."""
    query = sa.select(*_COLUMNS).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        EnrollmentRow.row_number == row_number,
        is_settled(account_id, job_id),
    )
    found = session().execute(query).first()
    return LedgerRow(*found) if found else None

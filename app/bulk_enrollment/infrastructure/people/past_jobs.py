"""Writes and reads of what stays of deleted jobs in the consent ledger."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.people.tables import PastJob, PastRow
from app.bulk_enrollment.infrastructure.people.traces import without_quote
from app.bulk_enrollment.infrastructure.tables import COUNTING, EnrollmentRow
from app.contacts.domain import Status
from app.platform.database import session
from app.platform.database.redacting import redact_rows
from app.platform.database.upserts import insert_into

_PLAIN: Final = {"synchronize_session": False}
_WROTE: Final = (
    Outcome.ENROLLED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.WITHDRAWN,
    Outcome.TAGS_REMOVED,
)
_WITHHELD: Final = [status.value for status in Status if status is not Status.ACTIVE]


class PastEntry(NamedTuple):
    """A deleted job that wrote to a contact, with its row; the row's values are None if it is not known."""

    job_id: int
    source_name: str
    workflow: str | None
    started_by: str | None
    at: datetime
    consent_basis: str
    row_number: int | None
    line: int | None
    outcome: int | None
    detail: str | None


def keep_job(account_id: int, job_id: int, **values: Any) -> None:
    """Keep the names of a job that is to be deleted."""
    session().execute(sa.insert(PastJob).values(account_id=account_id, job_id=job_id, **values))


def keep_rows(account_id: int, job_id: int, after: int) -> None:
    """Keep the rows after number `after` of a job from `keep_job` that wrote to a contact; do nothing for any
    other job. One statement, without reading contacts: it runs for each piece of a deletion."""
    row = EnrollmentRow
    wrote = sa.or_(
        row.outcome.in_(_WROTE),
        sa.and_(row.outcome == Outcome.CONTACT_BLOCKED, row.withheld.in_(_WITHHELD)),
    )
    is_kept = sa.exists().where(PastJob.account_id == account_id, PastJob.job_id == job_id)
    detail = sa.case((row.outcome == Outcome.CONTACT_BLOCKED, without_quote(row.detail)))
    in_file = sa.func.coalesce(row.source_row, row.row_number)
    rows = sa.select(
        row.account_id, row.contact_id, row.job_id, in_file, row.line, row.outcome, detail
    ).where(
        row.account_id == account_id,
        row.job_id == job_id,
        row.row_number > after,
        row.contact_id.isnot(None),
        wrote,
        COUNTING,
        is_kept,
    )
    insert = insert_into(PastRow)
    names = ["account_id", "contact_id", "job_id", "row_number", "line", "outcome", "detail"]
    session().execute(insert.from_select(names, rows).on_conflict_do_nothing(), execution_options=_PLAIN)


def past_entries(
    account_id: int, contact_id: int, created_job: int | None, limit: int
) -> Sequence[PastEntry]:
    """Return the deleted jobs that created the contact or wrote to it, newest first."""
    of_contact = sa.and_(
        PastRow.account_id == account_id, PastRow.contact_id == contact_id, PastRow.job_id == PastJob.job_id
    )
    named = sa.select(ContactEvent.job_id).where(
        ContactEvent.account_id == account_id,
        ContactEvent.contact_id == contact_id,
        ContactEvent.job_id.isnot(None),
    )
    rows = sa.select(PastRow.job_id).where(PastRow.account_id == account_id, PastRow.contact_id == contact_id)
    known = sa.or_(PastJob.job_id.in_(named), PastJob.job_id.in_(rows), PastJob.job_id == (created_job or 0))
    query = (
        sa.select(
            PastJob.job_id,
            PastJob.source_name,
            PastJob.workflow,
            PastJob.started_by,
            PastJob.at,
            PastJob.consent_basis,
            PastRow.row_number,
            PastRow.line,
            PastRow.outcome,
            PastRow.detail,
        )
        .outerjoin(PastRow, of_contact)
        .where(PastJob.account_id == account_id, known)
        .order_by(PastJob.job_id.desc())
        .limit(limit)
    )
    return [PastEntry._make(row) for row in session().execute(query)]


def forget_contacts(account_id: int, contact_ids: Any) -> None:
    """Delete the rows of contacts that are deleted; `contact_ids` are their ids, or a select of them."""
    session().execute(
        sa.delete(PastRow).where(PastRow.account_id == account_id, PastRow.contact_id.in_(contact_ids)),
        execution_options=_PLAIN,
    )


def redact_names(account_id: int, addresses: Collection[str]) -> None:
    """Remove the addresses of an erased person from the names of files."""
    redact_rows(PastJob.__table__, ["source_name"], account_id, addresses)

"""The consent ledger: which file, row, user, and legal basis put a contact here or blocked it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.report.shown_jobs import ShownJob, show_job
from app.bulk_enrollment.domain.outcomes import Outcome, reason, remark
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure import queries, row_facts
from app.bulk_enrollment.infrastructure.people import contact_rows, past_jobs
from app.bulk_enrollment.infrastructure.people.contact_rows import SMALL_JOB, LedgerRow, WritingJob
from app.bulk_enrollment.infrastructure.people.past_jobs import PastEntry
from app.files import application as files
from app.platform.errors import NotFound

SHOWN = 20
MOST_READ = 100_000  # rows of a file that are read to show the cells of one


@dataclass(frozen=True)
class LedgerEntry:
    """A job that wrote to the contact; `job_id` is None if it has been deleted. `row` and `line` are its row
    in the file and `number` its row in the job, None if the row isn't known anymore; `outcome` and `words`
    are then empty. `consent_basis` is set if the job created the contact."""

    job_id: str | None
    source: str
    workflow: str | None
    started_by: str | None
    at: datetime
    row: int | None
    number: int | None
    line: int | None
    outcome: Outcome | None
    words: str
    consent_basis: str


@dataclass(frozen=True)
class ShownRow:
    """A row of a job; `row` and `line` are its row in the file. `cells` are (column, cell) as in the file;
    empty if they can't be shown. `contact` is the name of the contact, None if it doesn't exist.
    `consent_basis` is set if the row created its contact."""

    shown: ShownJob
    row: int
    line: int
    identifier: str
    outcome: Outcome
    words: str
    remark: str | None
    contact_id: int | None
    contact: str | None
    consent_basis: str
    cells: Sequence[tuple[str, str]]
    is_from_file: bool


def consent_ledger(actor: Actor, contact_id: int) -> list[LedgerEntry]:
    """Return the jobs that wrote to a contact, newest first, each with its row; also those that have been
    deleted since. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    account_id = actor.account_id
    person = contact_rows.person_keys(account_id, contact_id)
    if person is None:
        raise NotFound("NOT_FOUND", "This contact doesn’t exist.")
    keys, created_job = person
    jobs = contact_rows.jobs_that_wrote(account_id, contact_id, created_job, SHOWN)
    rows = (
        contact_rows.rows_by_key(account_id, contact_id, [job.job_id for job in jobs], keys) if jobs else {}
    )
    for job in jobs:  # the contact had another address then
        if job.job_id not in rows and job.total <= SMALL_JOB:
            row = contact_rows.row_of_contact(account_id, job.job_id, contact_id)
            rows |= {job.job_id: row} if row is not None else {}
    entries = [_entry(job, rows.get(job.job_id), is_creator=job.job_id == created_job) for job in jobs]
    past = past_jobs.past_entries(account_id, contact_id, created_job, SHOWN)
    entries += [_past_entry(one, is_creator=one.job_id == created_job) for one in past]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN]


def _entry(job: WritingJob, row: LedgerRow | None, is_creator: bool) -> LedgerEntry:
    outcome = Outcome(row.outcome) if row else None
    return LedgerEntry(
        job_id=job.public_id,
        source=job.options.source_name or "file",
        workflow=job.workflow,
        started_by=job.started_by,
        at=job.started_at,
        row=row.in_file if row else None,
        number=row.row_number if row else None,
        line=row.line if row else None,
        outcome=outcome,
        words=reason(outcome, row.detail) if row and outcome else "",
        consent_basis=job.options.consent_basis if is_creator else "",
    )


def _past_entry(past: PastEntry, is_creator: bool) -> LedgerEntry:
    outcome = Outcome(past.outcome) if past.outcome is not None else None
    return LedgerEntry(
        job_id=None,
        source=past.source_name,
        workflow=past.workflow,
        started_by=past.started_by,
        at=past.at,
        row=past.row_number,
        number=None,
        line=past.line,
        outcome=outcome,
        words=reason(outcome, past.detail) if outcome is not None else "",
        consent_basis=past.consent_basis if is_creator else "",
    )


def show_row(actor: Actor, public_id: str, row_number: int) -> ShownRow:
    """Return one row of a job. Raises NotFound, also while its outcome isn't final."""
    shown = show_job(actor, public_id)
    account_id, job_id = shown.job.account_id, shown.job.id
    row = contact_rows.settled_row(account_id, job_id, row_number)
    if row is None:
        raise NotFound("NOT_FOUND", "This row doesn’t exist, or it hasn’t been processed yet.")
    names = row_facts.contacts_of(account_id, [row.contact_id] if row.contact_id else [])
    outcome = Outcome(row.outcome)
    return ShownRow(
        shown=shown,
        row=row.in_file,
        line=row.line,
        identifier=row.identifier or "",
        outcome=outcome,
        words=reason(outcome, row.detail),
        remark=remark(row.note),
        contact_id=row.contact_id,
        contact=names.get(row.contact_id) if row.contact_id else None,
        consent_basis=shown.job.options.consent_basis if _has_created(account_id, job_id, row) else "",
        cells=_cells(account_id, job_id, row.in_file),
        is_from_file=shown.job.upload_id is not None,
    )


def _has_created(account_id: int, job_id: int, row: LedgerRow) -> bool:
    """Return whether a row created its contact. Rows of contacts that were there before, that were skipped,
    or that failed have no legal basis, and neither has an enrolled contact that has been deleted since."""
    if row.outcome == Outcome.CREATED:
        return True
    if row.outcome != Outcome.ENROLLED or row.contact_id is None:
        return False
    person = contact_rows.person_keys(account_id, row.contact_id)
    return person is not None and person[1] == job_id


def _cells(account_id: int, job_id: int, row_number: int) -> list[tuple[str, str]]:
    """Return the cells of a row as in the file; none for a row that is too far from its beginning, or if the
    file is gone."""
    job = queries.job_by_id(account_id, job_id)
    if not isinstance(job.selection, FileSelection) or job.upload_id is None or row_number > MOST_READ:
        return []
    try:
        upload = files.upload_by_id(account_id, job.upload_id)
        row = next(islice(files.untouched_rows(upload), row_number - 1, None), None)
    except NotFound:  # FileGone is one, too
        return []
    if row is None:
        return []
    return list(zip(upload.layout["columns"], row.cells, strict=False))

"""What jobs know about a person who is erased: rows of the ledger, quotes, lists of contacts, and files."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.bulk_enrollment.application.jobs.discarding import discard_dry_run
from app.bulk_enrollment.application.selection.rows import source_of
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure.people import contact_rows, past_jobs, traces
from app.bulk_enrollment.infrastructure.store import jobs
from app.contacts import application as contacts
from app.contacts.application import ErasedPerson, Trace
from app.files import application as files
from app.notifications import application as notifications
from app.platform.addresses import email_key
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.platform.text.redacting import redacted_text
from app.platform.text.words import counted

_AT_ONCE = 500
_MOST_FIXES = 5_000  # rows of one person in one job


def register() -> None:
    contacts.register_eraser(
        "jobs", contacts.Eraser(preview=_preview, check=_check, at_once=_at_once, traces=_traces)
    )
    contacts.register_deletion("consent ledger", contacts.Consequence(_forget_past, lambda *_contacts: ""))


def _forget_past(account_id: int, contacts_to_delete: Any, _at: datetime) -> None:
    """Delete what the consent ledger keeps of contacts that are deleted."""
    past_jobs.forget_contacts(account_id, contacts_to_delete)


def _preview(person: ErasedPerson) -> list[Trace]:
    """Count the jobs that wrote to the contact; all others are searched, too."""
    found = contact_rows.person_keys(person.account_id, person.contact_id)
    created = found[1] if found else None
    wrote = contact_rows.jobs_that_wrote(person.account_id, person.contact_id, created, 100)
    uploads = len(files.uploads_of(person.account_id))
    return [
        Trace(f"{counted(len(wrote), 'job')} added or changed this contact. Figures of jobs stay the same."),
        Trace(
            f"All jobs and {counted(uploads, 'uploaded file')} are searched, and this person’s rows blanked."
        ),
    ]


def _check(person: ErasedPerson) -> None:
    """Refuse while a job may still write to the person."""
    for job in traces.jobs_of(person.account_id):
        if job.is_open and (not job.is_planned or _rows(person, job.job_id)):
            raise Conflict(
                "CONFLICT",
                "A job that isn’t finished contains this person, or may contain them. "
                "Wait for it to finish, or cancel it, then try again.",
            )


def _at_once(person: ErasedPerson) -> None:
    """Discard dry runs that contain the person, or may contain them, which can be repeated; forget the rows
    of deleted jobs, and emails about jobs to the person."""
    past_jobs.forget_contacts(person.account_id, [person.contact_id])
    notifications.forget_addresses(person.account_id, person.addresses)
    for job in traces.jobs_of(person.account_id):
        if job.is_dry_run and (not job.is_planned or _rows(person, job.job_id)):
            discard_dry_run(person.account_id, job.job_id)


def _traces(person: ErasedPerson) -> None:
    lines: dict[int, set[int]] = defaultdict(set)
    for job in traces.jobs_of(person.account_id):
        rows = _rows(person, job.job_id)
        if job.upload_id is not None:
            lines[job.upload_id] |= {line for _, line in rows}
        _blank(person, job.job_id, rows)
    with transaction():
        past_jobs.redact_names(person.account_id, person.addresses)
    for upload_id in files.uploads_of(person.account_id):
        files.erase_people(person.account_id, upload_id, lines[upload_id], person.texts, person.values)


def _rows(person: ErasedPerson, job_id: int) -> list[tuple[int, int]]:
    return traces.rows_of(person.account_id, job_id, person.contact_id, person.keys, person.texts)


def _blank(person: ErasedPerson, job_id: int, found: list[tuple[int, int]]) -> None:
    """Blank what a job knows about the person; `found` are (row number, line) of the person's rows."""
    rows = [row for row, _ in found]
    for begin in range(0, len(rows), _AT_ONCE):
        with transaction():
            traces.blank_rows(person.account_id, job_id, rows[begin : begin + _AT_ONCE])
    with transaction():
        traces.forget_fixes(person.account_id, job_id, rows[:_MOST_FIXES], person.texts)
    job = traces.job_texts(person.account_id, job_id)
    changes: dict[str, Any] = {}
    left_out = job.findings.get("left_out")
    if left_out and rows:
        changes["findings"] = job.findings | {"left_out": _without_samples(left_out, set(rows))}
    if isinstance(job.selection, ManualSelection) and job.selection.identifier != "contact_id":
        gone = {line for _, line in found} if job.planned_at is not None else _entries_of(person, job)
        if gone:
            entries = tuple(
                "erased" if at in gone else entry for at, entry in enumerate(job.selection.entries, 1)
            )
            changes["selection"] = replace(job.selection, entries=entries)
    changes |= _option_changes(person, job.options)
    if isinstance(job.selection, FilterSelection):
        changes |= _filter_changes(person, job.selection)
    if changes:
        with transaction():
            jobs.change(person.account_id, job_id, **changes)


def _entries_of(person: ErasedPerson, job: Any) -> set[int]:
    """Return the places of the person in the list of a job whose rows were never read, such as one that was
    canceled before its start."""
    listed = source_of(job, {})
    read = (listed.reader.read(row.number, row.line, row.cells) for row in listed.source())
    return {row.line for row in read if row.key in person.keys}


def _option_changes(person: ErasedPerson, options: JobOptions) -> dict[str, Any]:
    """Return the columns of a job whose file, segment, or tags are named after the person, or that tells them
    of its end."""
    people, source_name, *tags = (
        redacted_text(one, person.addresses) for one in (options.people, options.source_name, *options.tags)
    )
    changed = replace(options, people=people, source_name=source_name, tags=tuple(tags))
    if email_key(options.notify_email) in person.addresses:
        changed = replace(changed, notify_email="")
    return {} if changed == options else {"options": changed}


def _filter_changes(person: ErasedPerson, selection: FilterSelection) -> dict[str, Any]:
    """Return the columns of a job whose filter, or the name of whose segment, names the person."""
    criteria = contacts.criteria_without(person, selection.criteria)
    found = replace(selection, criteria=criteria, name=redacted_text(selection.name, person.addresses))
    return {} if found == selection else {"selection": found}


def _without_samples(left_out: dict[str, Any], rows: set[int]) -> dict[str, Any]:
    """Return the counts and samples of values that could not be read, without samples from these rows."""
    return {
        name: [count, [sample for sample in samples if sample[0] not in rows]]
        for name, (count, samples) in left_out.items()
    }

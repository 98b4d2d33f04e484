"""Validation of a selection before a job is created, and again when the job starts."""

from dataclasses import dataclass, replace

from app.accounts.domain import Actor
from app.bulk_enrollment.domain.options import JobOptions, option_problems
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS
from app.bulk_enrollment.domain.selection import (
    FileSelection,
    FilterSelection,
    ManualSelection,
    Selection,
)
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.platform.clock import now
from app.platform.errors import Conflict, Invalid, NotFound

MAX_SOURCE_NAME_LENGTH = 200  # characters of a file name stored with a job
LISTED, FILTERED = "Selected contacts", "Filtered contacts"  # names of selections without one


@dataclass(frozen=True)
class Accepted:
    """A valid selection: number of rows, their name, and the upload's id."""

    selection: Selection
    rows: int
    source_name: str
    upload_id: int | None = None


def accept(actor: Actor, selection: Selection, options: JobOptions, count_to: int) -> Accepted:
    """Validate a selection and its options. Contacts that meet a filter are counted up to `count_to`.

    Raises NotFound, ReadAnotherWay, and Invalid (`fields`), also while questions about consent are open.
    """
    match selection:
        case FileSelection():
            return _accept_file(actor, selection, options)
        case ManualSelection():
            return _accept_listed(selection, options)
        case FilterSelection():
            return _accept_filter(actor, selection, options, count_to)


def confirm(actor: Actor, job: EnrollmentJob) -> None:
    """Validate again when the job starts, and remember the choices for the next file. Raises like
    `accept`."""
    if isinstance(job.selection, FileSelection):
        upload = upload_of(job)
        _check_columns(upload, job.selection, job.options)
        files.remember_mapping(actor, upload, job.selection.mapping, job.selection.consent_answers)
        if job.options.writes_contacts:
            contacts.ensure_fields(actor.account_id, job.selection.custom_labels, created_by=actor.user_id)


def upload_of(job: EnrollmentJob) -> files.Upload:
    """Return the file of a job that was created from one. Raises Conflict for any other job."""
    if job.upload_id is None:
        raise Conflict("CONFLICT", "This job wasn’t started from a file.")
    return files.upload_by_id(job.account_id, job.upload_id)


def _accept_file(actor: Actor, selection: FileSelection, options: JobOptions) -> Accepted:
    upload = files.kept(actor.account_id, selection.upload_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload has expired. Upload the file again.")
    _check_columns(upload, selection, options)
    _check_values(upload, selection, options)
    columns = upload.layout["columns"]
    known = replace(selection, names=selection.names_in(columns), read_as=files.reading_mark(upload))
    return Accepted(known, upload.rows, upload.file_name[:MAX_SOURCE_NAME_LENGTH], upload.id)


def _check_columns(upload: files.Upload, selection: FileSelection, options: JobOptions) -> None:
    columns = upload.layout["columns"]
    if not selection.fits(columns, files.reading_mark(upload)):
        raise files.ReadAnotherWay
    found = files.problems_of(upload, selection.choices)
    _refuse(found | option_problems(options, selection.identifier))


def _check_values(upload: files.Upload, selection: FileSelection, options: JobOptions) -> None:
    """Check decisions that the user must make first."""
    styles = files.styles_of(upload, selection.mapping, selection.dates, selection.phones)
    if options.writes_contacts and styles.dates is not None and styles.dates.must_be_chosen:
        _refuse({"dates": f"“{styles.dates.name}”: {styles.dates.sentence}"})
    tags = files.tags_in(upload, selection.mapping)
    if tags is not None and len(tags.names) > MOST_TAGS:
        _refuse({"mapping": TOO_MANY_TAGS})


def _accept_listed(selection: ManualSelection, options: JobOptions) -> Accepted:
    found = option_problems(options, selection.identifier)
    if not selection.entries:
        found["entries"] = "Choose at least one contact."
    _refuse(found)
    return Accepted(selection, len(selection.entries), LISTED)


def _accept_filter(actor: Actor, selection: FilterSelection, options: JobOptions, count_to: int) -> Accepted:
    found = contacts.resolve_filter(actor.account_id, selection.criteria, now())
    rows = queries.count_up_to(found, count_to)
    problems = option_problems(options, selection.identifier)
    if not rows:
        problems["filter"] = "No contact matches this filter."
    _refuse(problems)
    return Accepted(selection, rows, selection.name[:MAX_SOURCE_NAME_LENGTH] or FILTERED)


def _refuse(found: dict[str, str]) -> None:
    """Raise Invalid if there are problems."""
    if found:
        raise Invalid.in_fields(found)

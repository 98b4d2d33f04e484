"""The rows of a job's selection, behind one interface for files, lists and filters, for planning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app.accounts import application as accounts
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.application.selection.chunks import Chunk, ReadChunk, SelectedRows
from app.bulk_enrollment.application.selection.retried import (
    RetriedRows,
    SourceRows,
    find_parent,
    listed_source,
    parent_of,
    taken_rows,
)
from app.bulk_enrollment.application.selection.undone import UndoneRows
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, Findings, RowReader
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure import undoing
from app.bulk_enrollment.infrastructure.store import planning
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.domain import ValueStyle
from app.files import application as files
from app.files.domain.cells.row import Row
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.row_context import row_context_of
from app.files.domain.text.unreadable import UnreadableFile
from app.platform.prefetch import prefetched

CHANGED = "The columns of this file aren’t the ones that were matched. Upload it again and start again."


def rows_of(job: EnrollmentJob, findings: Findings) -> SelectedRows:
    """Return the rows of a job. `findings` is what reading found in the rows that are planned already."""
    if job.kind == "undo":
        return UndoneRows(parent_of(job))
    return RetriedRows(job, source_of(job, findings)) if job.has_source_rows else _selected(job, findings)


def source_of(job: EnrollmentJob, findings: Findings) -> SourceRows:
    """Return the rows that the selection of a job gives, as they are in the file or list. Raises
    UnreadableFile."""
    match job.selection:
        case FileSelection() as selection:
            return FileRows(job, selection, findings)
        case ManualSelection() as selection:
            return ListedRows(job, selection)
        case FilterSelection():
            return ListedAgain(job)


def _selected(job: EnrollmentJob, findings: Findings) -> SelectedRows:
    match job.selection:
        case FileSelection() as selection:
            return FileRows(job, selection, findings)
        case ManualSelection() as selection:
            return ListedRows(job, selection)
        case FilterSelection() as selection:
            return FilteredContacts(job, selection)


def count_rows(job: EnrollmentJob) -> int:
    """Count the rows of the selection again, from the file itself.

    For a filter return the job's total, because its result is stored only in the ledger, as for a job that
    was created from one that has been deleted since. Raises FileGone.
    """
    if job.has_source_rows:
        return _count_of_parent(job)
    match job.selection:
        case FileSelection():
            return sum(1 for _ in files.rows(upload_of(job)))
        case ManualSelection() as selection:
            return len(selection.entries)
        case FilterSelection():
            return job.total


def _count_of_parent(job: EnrollmentJob) -> int:
    parent = find_parent(job)
    if parent is None:
        return job.total
    if job.kind == "undo":
        return undoing.count_done(parent)
    return sum(1 for _ in taken_rows(job))


class FileRows:
    """The data rows of a file."""

    def __init__(self, job: EnrollmentJob, selection: FileSelection, findings: Findings) -> None:
        upload = upload_of(job)
        layout = files.layout_of(upload)
        if not selection.fits(layout.columns, files.reading_mark(upload)):
            raise UnreadableFile("changed", CHANGED)
        styles = files.styles_of(upload, selection.mapping, selection.dates, selection.phones)
        style = ValueStyle(styles.country, styles.date_style, styles.international)
        row_context = row_context_of(layout, selection.columns)
        self._upload = upload
        self.width = len(layout.columns)
        self.reader = RowReader(
            selection,
            job.options.writes_contacts,
            styles.country,
            style,
            findings,
            row_context,
            contacts.fields_for(job.account_id, selection.custom_labels),
        )

    def source(self) -> Iterator[Row]:
        return files.rows(self._upload)

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        return prefetched(self._read_chunks(after, size))

    def _read_chunks(self, after: int, size: int) -> Iterator[Chunk]:
        read = self.reader.read
        rows = (read(row.number, row.line, row.cells) for row in islice(self.source(), after, None))
        while chunk := list(islice(rows, size)):
            if len(self.reader.tags) > MOST_TAGS:
                raise UnreadableFile("too_many_tags", TOO_MANY_TAGS)
            findings = self.reader.findings if self.reader.left_out or self.reader.tags else {}
            yield ReadChunk(chunk, self.reader.take_other_keys(), findings)


class ListedRows:
    """A list of contacts, read like a file of one column: row number and line are the entry's position."""

    width = 1

    def __init__(self, job: EnrollmentJob, selection: ManualSelection) -> None:
        self._entries = selection.entries
        self.reader = _reader_of_entries(job)

    def source(self) -> Iterator[Row]:
        return (Row(number, number, [entry]) for number, entry in enumerate(self._entries, start=1))

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        for begin in range(after, len(self._entries), size):
            entries = enumerate(self._entries[begin : begin + size], start=begin + 1)
            yield ReadChunk([self.reader.read(number, number, (entry,)) for number, entry in entries])


class ListedAgain:
    """The contacts of a filter that a retry takes up, from the ledger of the first job."""

    width = 1

    def __init__(self, job: EnrollmentJob) -> None:
        self._job = job
        self.reader = _reader_of_entries(job)

    def source(self) -> Iterator[Row]:
        return listed_source(self._job)


def _reader_of_entries(job: EnrollmentJob) -> RowReader:
    """Return a reader for rows of one cell, the identifier."""
    country = accounts.worker_actor(job.account_id).country
    column = FileSelection("", {"0": job.selection.identifier}, job.selection.identifier)
    return RowReader(column, job.options.writes_contacts, country)


class FilteredContacts:
    """Contacts that match a filter when they are planned, written to the ledger by the database alone.

    Relative times in the filter count from the creation of the job, or from its scheduled start.
    """

    def __init__(self, job: EnrollmentJob, selection: FilterSelection) -> None:
        starts_at = None if job.status == JobStatus.DRAFT else job.options.scheduled_at
        self._ids = contacts.resolve_filter(job.account_id, selection.criteria, starts_at or job.created_at)

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        while True:
            chunk = FilteredChunk(self._ids, after, size)
            yield chunk
            after += chunk.loaded
            if chunk.loaded < size:
                return


@dataclass
class FilteredChunk:
    ids: Any  # a select of contact ids
    after: int
    size: int
    loaded: int = 0
    findings: Findings = field(default_factory=dict)

    def load(self, context: PlanContext) -> int:
        self.loaded = planning.load_contacts(context, self.ids, self.after, self.size)
        return self.loaded

"""The rows of a job's selection, behind one interface for files, lists and filters, for planning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from app.accounts import application as accounts
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, Findings, ReadRow, RowReader
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure.store import planning, withheld
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.domain import ValueStyle
from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.row_context import row_context_of
from app.files.domain.text.unreadable import UnreadableFile
from app.platform.prefetch import prefetched

CHANGED = "The columns of this file aren’t the ones that were matched. Upload it again and start again."


class Chunk(Protocol):
    """Consecutive rows of a selection."""

    @property
    def findings(self) -> Findings:
        """What reading has found up to the last of the rows, to continue from later; empty if that is nothing
        of note."""

    def load(self, context: PlanContext) -> int:
        """Write the rows to the ledger with their expected outcomes, in the caller's transaction.

        Return the number of rows.
        """


class SelectedRows(Protocol):
    """All rows of a selection, in order."""

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        """Yield the rows that follow row number `after`, up to `size` at a time.

        Load each chunk before requesting the next. Raises UnreadableFile.
        """


def rows_of(job: EnrollmentJob, findings: Findings) -> SelectedRows:
    """Return the rows of a job. `findings` is what reading found in the rows that are planned already."""
    match job.selection:
        case FileSelection() as selection:
            return FileRows(job, selection, findings)
        case ManualSelection() as selection:
            return ListedRows(job, selection)
        case FilterSelection() as selection:
            return FilteredContacts(job, selection)


def count_rows(job: EnrollmentJob) -> int:
    """Count the rows of the selection again, from the file itself.

    For a filter return the job's total, because its result is stored only in the ledger. Raises FileGone.
    """
    match job.selection:
        case FileSelection():
            return sum(1 for _ in files.rows(upload_of(job)))
        case ManualSelection() as selection:
            return len(selection.entries)
        case FilterSelection():
            return job.total


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
        self._reader = RowReader(
            selection, job.options.writes_contacts, styles.country, style, findings, row_context
        )

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        return prefetched(self._read_chunks(after, size))

    def _read_chunks(self, after: int, size: int) -> Iterator[Chunk]:
        read = self._reader.read
        rows = (
            read(row.number, row.line, row.cells) for row in islice(files.rows(self._upload), after, None)
        )
        while chunk := list(islice(rows, size)):
            if len(self._reader.tags) > MOST_TAGS:
                raise UnreadableFile("too_many_tags", TOO_MANY_TAGS)
            findings = self._reader.findings if self._reader.left_out or self._reader.tags else {}
            yield ReadChunk(chunk, self._reader.take_other_keys(), findings)


class ListedRows:
    """A list of contacts, read like a file of one column: row number and line are the entry's position."""

    def __init__(self, job: EnrollmentJob, selection: ManualSelection) -> None:
        country = accounts.worker_actor(job.account_id).country
        column = FileSelection("", {"0": selection.identifier}, selection.identifier)
        self._entries = selection.entries
        self._reader = RowReader(column, job.options.writes_contacts, country)

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        for begin in range(after, len(self._entries), size):
            entries = enumerate(self._entries[begin : begin + size], start=begin + 1)
            yield ReadChunk([self._reader.read(number, number, (entry,)) for number, entry in entries])


@dataclass(frozen=True)
class ReadChunk:
    """Rows that were read, and (row number, key, withheld) for further addresses of withheld rows."""

    rows: Sequence[ReadRow]
    other_keys: Sequence[tuple[int, str, str]] = ()
    findings: Findings = field(default_factory=dict)

    def load(self, context: PlanContext) -> int:
        planning.load_chunk(context, self.rows)
        withheld.load_other_keys(context.account_id, context.job_id, self.other_keys)
        return len(self.rows)


class FilteredContacts:
    """Contacts that match a filter when they are planned, written to the ledger by the database alone.

    Relative times in the filter count from the creation of the job.
    """

    def __init__(self, job: EnrollmentJob, selection: FilterSelection) -> None:
        self._ids = contacts.resolve_filter(job.account_id, selection.criteria, job.created_at)

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

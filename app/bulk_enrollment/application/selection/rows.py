"""The rows that a job's selection means, for planning: it asks for rows, and does not know what a file is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from app.accounts import application as accounts
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, Met, ReadRow, RowReader
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure.store import planning, withheld
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.domain import ValueStyle
from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.sides import sides_of
from app.files.domain.text.unreadable import UnreadableFile

CHANGED = "The columns of this file aren’t the ones that were matched. Upload it again and start again."


class Chunk(Protocol):
    """Some rows in their order."""

    def load(self, context: PlanContext) -> int:
        """Put the rows into the ledger, each with its verdict, in the caller's transaction; returns how many
        they are."""


class SelectedRows(Protocol):
    """The rows of a selection in their order."""

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        """Rows behind row number `after`, up to `size` at a time; each chunk is to be loaded before the next
        is asked for. Raises UnreadableFile."""

    @property
    def met(self) -> Met:
        """What reading has met so far, to go on from; empty when that is nothing to speak of."""


def rows_of(job: EnrollmentJob, met: Met) -> SelectedRows:
    """The rows that the job is to be made of; `met` is what earlier rows have shown."""
    match job.selection:
        case FileSelection() as selection:
            return FileRows(job, selection, met)
        case ManualSelection() as selection:
            return ListedRows(job, selection)
        case FilterSelection() as selection:
            return FilteredContacts(job, selection)


def count_rows(job: EnrollmentJob) -> int:
    """How many rows the selection has, counted again from the file itself. Whom a filter meant is written in
    the ledger alone. Raises FileGone."""
    match job.selection:
        case FileSelection():
            return sum(1 for _ in files.rows(upload_of(job)))
        case ManualSelection() as selection:
            return len(selection.entries)
        case FilterSelection():
            return job.total


class FileRows:
    """The data rows of a file."""

    def __init__(self, job: EnrollmentJob, selection: FileSelection, met: Met) -> None:
        upload = upload_of(job)
        layout = files.layout_of(upload)
        if not selection.fits(layout.columns, files.reading_mark(upload)):
            raise UnreadableFile("changed", CHANGED)
        styles = files.styles_of(upload, selection.mapping, selection.dates, selection.phones)
        style = ValueStyle(styles.country, styles.date_style, styles.international)
        sides = sides_of(layout, selection.columns)
        self._upload = upload
        self._reader = RowReader(selection, job.options.writes_contacts, styles.country, style, met, sides)

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        read = self._reader.read
        rows = (
            read(row.number, row.line, row.cells) for row in islice(files.rows(self._upload), after, None)
        )
        while chunk := list(islice(rows, size)):
            if len(self._reader.tags) > MOST_TAGS:
                raise UnreadableFile("too_many_tags", TOO_MANY_TAGS)
            yield ReadChunk(chunk, self._reader.take_other_keys())

    @property
    def met(self) -> Met:
        return self._reader.met if self._reader.left_out or self._reader.tags else {}


class ListedRows:
    """Contacts that somebody listed, read like a file of one column: row and line are the entry's place."""

    @property
    def met(self) -> Met:
        return {}

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
    """Rows that were read, and (row number, key, withheld) of other addresses of rows that are withheld."""

    rows: Sequence[ReadRow]
    other_keys: Sequence[tuple[int, str, str]] = ()

    def load(self, context: PlanContext) -> int:
        planning.load_chunk(context, self.rows)
        withheld.load_other_keys(context.account_id, context.job_id, self.other_keys)
        return len(self.rows)


class FilteredContacts:
    """Contacts that met a filter when the job was made; no row of theirs passes through Python."""

    @property
    def met(self) -> Met:
        return {}

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

    def load(self, context: PlanContext) -> int:
        self.loaded = planning.load_contacts(context, self.ids, self.after, self.size)
        return self.loaded

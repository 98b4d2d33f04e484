"""The rows that a job's selection means, for planning: it asks for rows, and does not know what a file is."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from app.accounts import application as accounts
from app.bulk_enrollment.application.selections import upload_of
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, Met, ReadRow, RowReader
from app.bulk_enrollment.domain.selection import FileSelection, ManualSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.domain import ValueStyle
from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.sides import sides_of
from app.files.domain.text.unreadable import UnreadableFile

OtherKey = tuple[int, str, str]
CHANGED = "The columns of this file aren’t the ones that were matched. Upload it again and start again."


class SelectedRows(Protocol):
    """The rows of a selection in their order, each read and ready for the ledger."""

    def chunks(self, after: int, size: int) -> Iterator[list[ReadRow]]:
        """Rows behind row number `after`, up to `size` at a time. Raises UnreadableFile."""

    @property
    def met(self) -> Met:
        """What reading has met so far, to go on from; empty when that is nothing to speak of."""

    def take_other_keys(self) -> Sequence[OtherKey]:
        """(row number, key, withheld): other addresses of rows that are withheld, since the last call."""


def rows_of(job: EnrollmentJob, met: Met) -> SelectedRows:
    """The rows that the job is to be made of; `met` is what earlier rows have shown."""
    match job.selection:
        case FileSelection() as selection:
            return FileRows(job, selection, met)
        case ManualSelection() as selection:
            return ListedRows(selection, job)


def count_rows(job: EnrollmentJob) -> int:
    """How many rows the selection has, counted again from the file itself. Raises FileGone."""
    match job.selection:
        case FileSelection():
            return sum(1 for _ in files.rows(upload_of(job)))
        case ManualSelection() as selection:
            return len(selection.entries)


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

    def chunks(self, after: int, size: int) -> Iterator[list[ReadRow]]:
        read = self._reader.read
        rows = (
            read(row.number, row.line, row.cells) for row in islice(files.rows(self._upload), after, None)
        )
        while chunk := list(islice(rows, size)):
            if len(self._reader.tags) > MOST_TAGS:
                raise UnreadableFile("too_many_tags", TOO_MANY_TAGS)
            yield chunk

    @property
    def met(self) -> Met:
        return self._reader.met if self._reader.left_out or self._reader.tags else {}

    def take_other_keys(self) -> Sequence[OtherKey]:
        return self._reader.take_other_keys()


class ListedRows:
    """Contacts that somebody listed, read like a file of one column: row and line are the entry's place."""

    def __init__(self, selection: ManualSelection, job: EnrollmentJob) -> None:
        country = accounts.worker_actor(job.account_id).country
        column = FileSelection("", {"0": selection.identifier}, selection.identifier)
        self._entries = selection.entries
        self._reader = RowReader(column, job.options.writes_contacts, country)

    def chunks(self, after: int, size: int) -> Iterator[list[ReadRow]]:
        for begin in range(after, len(self._entries), size):
            entries = enumerate(self._entries[begin : begin + size], start=begin + 1)
            yield [self._reader.read(number, number, (entry,)) for number, entry in entries]

    @property
    def met(self) -> Met:
        return {}

    def take_other_keys(self) -> Sequence[OtherKey]:
        return ()

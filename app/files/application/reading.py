"""Reading of stored files: rows after repairs, or exactly as in the file."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.files.domain.cells.profile import FileProfile, Profiler
from app.files.domain.checkup.repairs import mended_cell
from app.files.domain.consent.columns import by_words
from app.files.domain.consent.remarks import RemarkFinder
from app.files.domain.consent.search import clear_cells
from app.files.domain.reading.layout import FileLayout
from app.files.domain.reading.notices import Notices
from app.files.domain.reading.table_file import Row, open_table, open_untouched
from app.files.domain.text.unreadable import UnreadableFile
from app.files.infrastructure import queries, storage, store, worksheets
from app.files.infrastructure.tables import Upload
from app.platform.database import transaction
from app.platform.database.page_reads import read_once
from app.platform.errors import NotFound
from app.platform.ids import is_public_id

GONE = "The uploaded file is no longer on this server, so it can’t be read. Upload it again."


def kept(account_id: int, public_id: str) -> Upload | None:
    """Return an upload of the account, or None."""
    return queries.upload_by_public_id(account_id, public_id) if is_public_id(public_id) else None


def upload_by_id(account_id: int, upload_id: int) -> Upload:
    """Return an upload of the account. Raises NotFound."""
    upload = queries.upload_by_id(account_id, upload_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload is no longer available.")
    return upload


def same_file_before(account_id: int, upload: Upload) -> list[Upload]:
    """Return earlier uploads of the same bytes, newest first."""
    return list(queries.earlier_of_same_bytes(account_id, upload.sha256, upload.id))


def newest_uploads(actor: Actor) -> Sequence[Upload]:
    """Return the account's latest uploads, the same file only once."""
    accounts.require(actor, Permission.REPORTS)
    return queries.newest_uploads(actor.account_id)


def layout_of(upload: Upload) -> FileLayout:
    return FileLayout.from_json(upload.layout)


@read_once
def profile_of(upload: Upload) -> FileProfile:
    """Return what the columns hold over the whole file: stored at upload, otherwise computed and stored
    now."""
    if not upload.profile:
        profiler = profiler_of(layout_of(upload))
        for row in rows(upload):
            profiler.add(row.cells)
        with transaction():
            store.change(upload, profile=profiler.profile().as_json())
    return FileProfile.from_json(upload.profile)


def profiler_of(
    layout: FileLayout, finder: RemarkFinder | None = None, looked_at: Collection[int] = ()
) -> Profiler:
    """Return a profiler for the columns, which also counts consent words. `finder` looks for remarks in the
    columns `looked_at`."""
    header = layout.columns if layout.header is not None else None
    look = finder.look if finder is not None else None
    return Profiler(layout.width, by_words(header), clear_cells, look=look, looked_at=looked_at)


def rows(upload: Upload) -> Iterator[Row]:
    """Yield all rows, with repairs applied. Raises FileGone."""
    with opened_text(upload) as stream:
        table = iter(open_table(stream, layout_of(upload)))
        yield from _mended(table, upload) if upload.mends else table


def untouched_rows(upload: Upload) -> Iterator[Row]:
    """Yield the same rows with the same numbers, cells exactly as in the file. Raises FileGone."""
    with opened_text(upload) as stream:
        yield from open_untouched(stream, layout_of(upload))


class FileGone(UnreadableFile, NotFound):
    """The upload is known, but its file is no longer on this server's disk."""

    def __init__(self) -> None:
        NotFound.__init__(self, "FILE_GONE", GONE)
        self.line = self.row = None


def check_is_there(upload: Upload) -> None:
    """Raise FileGone if the file is missing; for callers that must know before they start to read."""
    if not storage.exists(upload.account_id, upload.public_id):
        raise FileGone


def opened_text(upload: Upload) -> BinaryIO:
    """Open the bytes of a text file, or the extracted text of the selected worksheet. Raises FileGone."""
    sheet = layout_of(upload).sheet
    try:
        if sheet is None:
            return storage.opened(upload.account_id, upload.public_id)
        return worksheets.opened(upload.account_id, upload.public_id, sheet)
    except FileNotFoundError:
        raise FileGone from None


def notices_of(upload: Upload) -> Notices:
    """Return what was noticed while the whole file was read."""
    return Notices.from_json(upload.noticed)


def sheets_of(upload: Upload) -> list[dict[str, Any]]:
    """Return the worksheets to choose from, as {name, rows}; empty for a text file."""
    return list(upload.noticed.get("sheets", []))


def first_lines(upload: Upload, count: int) -> list[tuple[int, str]]:
    """Return (line, nonblank cells joined with commas) of the first records, whether or not they are data
    rows."""
    layout = replace(layout_of(upload), header=None, header_line=None, data_line=1, sieved=False)
    with opened_text(upload) as stream:
        records = islice(open_untouched(stream, layout), count)
        return [(row.line, ", ".join(cell for cell in row.cells if cell.strip())) for row in records]


def first_rows(upload: Upload, count: int) -> list[Row]:
    return list(islice(rows(upload), count))


def _mended(table: Iterator[Row], upload: Upload) -> Iterator[Row]:
    column: int = upload.mends["column"]
    domains: dict[str, str] = upload.mends["domains"]
    kinds = frozenset(upload.mends.get("kinds", ()))
    for row in table:
        row.cells[column] = mended_cell(row.cells[column], domains, kinds)
        yield row

"""Reading kept files: their rows as they are meant, or exactly as they stand in the file."""

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
from app.platform.errors import NotFound
from app.platform.ids import is_public_id

GONE = "The uploaded file is no longer on this server, so it can’t be read. Upload it again."


def kept(account_id: int, public_id: str) -> Upload | None:
    """An upload of the account, or None."""
    return queries.upload_by_public_id(account_id, public_id) if is_public_id(public_id) else None


def upload_by_id(account_id: int, upload_id: int) -> Upload:
    """Raises NotFound."""
    upload = queries.upload_by_id(account_id, upload_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload is no longer available.")
    return upload


def same_file_before(account_id: int, upload: Upload) -> list[Upload]:
    """Earlier uploads of the same bytes, the newest first."""
    return list(queries.earlier_of_same_bytes(account_id, upload.sha256, upload.id))


def newest_uploads(actor: Actor) -> Sequence[Upload]:
    """The last files of the account, each once, to be used again."""
    accounts.require(actor, Permission.REPORTS)
    return queries.newest_uploads(actor.account_id)


def layout_of(upload: Upload) -> FileLayout:
    return FileLayout.from_json(upload.layout)


def profile_of(upload: Upload) -> FileProfile:
    """What the columns hold over the whole file: known since the upload, else counted once more."""
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
    """Counts what the columns of a file hold, with an eye on words about consent. `finder` looks for remarks
    in the columns at `looked_at`."""
    header = layout.columns if layout.header is not None else None
    look = finder.look if finder is not None else None
    return Profiler(layout.width, by_words(header), clear_cells, look=look, looked_at=looked_at)


def rows(upload: Upload) -> Iterator[Row]:
    """All rows with what was mended mended. Raises UnreadableFile, which a file that was kept does not."""
    with opened_text(upload) as stream:
        table = iter(open_table(stream, layout_of(upload)))
        yield from _mended(table, upload) if upload.mends else table


def untouched_rows(upload: Upload) -> Iterator[Row]:
    """The same rows under the same numbers, cells exactly as they stand in the file."""
    with opened_text(upload) as stream:
        yield from open_untouched(stream, layout_of(upload))


class FileGone(UnreadableFile, NotFound):
    """What was uploaded is known, but is not on this server's disk any more."""

    def __init__(self) -> None:
        NotFound.__init__(self, "FILE_GONE", GONE)
        self.line = self.row = None


def check_is_there(upload: Upload) -> None:
    """Raises FileGone: for those who must know before they begin to read."""
    if not storage.path_of(upload.account_id, upload.public_id).exists():
        raise FileGone


def opened_text(upload: Upload) -> BinaryIO:
    """The bytes of a text file as they came, or the text of the worksheet that is read. Raises FileGone."""
    sheet = layout_of(upload).sheet
    try:
        if sheet is None:
            return storage.opened(upload.account_id, upload.public_id)
        return worksheets.opened(upload.account_id, upload.public_id, sheet)
    except FileNotFoundError:
        raise FileGone from None


def notices_of(upload: Upload) -> Notices:
    """What was noticed while the whole file was read."""
    return Notices.from_json(upload.noticed)


def sheets_of(upload: Upload) -> list[dict[str, Any]]:
    """The worksheets that may be read instead, as {name, rows}; empty for a text file."""
    return list(upload.noticed.get("sheets", []))


def first_lines(upload: Upload, count: int) -> list[tuple[int, str]]:
    """(line, cells with commas between) of the first records of a file, whatever they are."""
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

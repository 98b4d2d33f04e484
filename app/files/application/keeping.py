"""Storing an upload: its bytes are written as they arrive, then read and checked from disk.

All bytes are seen before the first row is parsed, so the encoding is detected from the whole file. Memory use
does not depend on the file size, and a refused file leaves nothing behind.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.files.application.checkups import checkup_key
from app.files.application.columns import suggested
from app.files.application.reading import profiler_of
from app.files.application.room import refuse_without_room
from app.files.domain import UnreadableFile
from app.files.domain.cells.profile import MAX_VALUE_LENGTH
from app.files.domain.checkup.figures import Checkup
from app.files.domain.columns.evidence import EvidenceCollector, looks_like_dates, looks_like_phones
from app.files.domain.columns.guesses import SAMPLE_ROWS, ColumnGuess, header_fingerprint, remark_columns
from app.files.domain.columns.row_context import row_context_of
from app.files.domain.consent.outside import Outside
from app.files.domain.consent.remarks import RemarkFinder, names_refusers
from app.files.domain.reading.file_names import shown_name
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.reading.table_file import Row, Table, open_table
from app.files.domain.text.encodings import Evidence, fixed_encoding
from app.files.domain.text.foreign import is_workbook, refuse_foreign
from app.files.domain.text.lines import BLOCK, Readable, read_block
from app.files.infrastructure import storage, store, worksheets
from app.files.infrastructure.tables import Upload
from app.platform import disk
from app.platform.database import transaction
from app.platform.errors import Invalid, NoSpace, TooLarge, TooMuch
from app.platform.ids import new_public_id
from app.platform.logs import log
from app.platform.settings import current
from app.platform.text import formats


def keep(actor: Actor, stream: Readable, file_name: str | None) -> Upload:
    """Store a contact file and analyze it: rows, layout, and the check-up for the guessed or remembered
    columns.

    Raises NotAllowed, LimitReached, or NoSpace before anything is read (NoSpace also while writing), Invalid
    (`INVALID_FILE`, with row and line where known) for a file that is not a contact file, and TooMuch for too
    many bytes or rows.
    """
    accounts.require(actor, Permission.CONTACTS)
    refuse_without_room(actor.account_id, 0)
    began = time.perf_counter()
    public_id = new_public_id()
    try:
        with storage.new_file(actor.account_id, public_id) as file:
            intake = _Intake(stream, file, current().max_upload_bytes)
            known = intake.take_all()
    except UnreadableFile as fault:
        raise refused(fault) from fault
    except OSError as failure:
        if failure.errno in disk.FULL_ERRNOS:
            raise NoSpace() from failure
        raise
    try:
        upload = Upload(
            account_id=actor.account_id,
            created_by=actor.user_id,
            public_id=public_id,
            file_name=shown_name(file_name),
            size=intake.size,
            sha256=intake.digest(),
            mends={},
            choices={},
        )
        read_into(actor, upload, known)
        with transaction():
            store.add(upload)
            activity.record(
                actor, "file_uploaded", "upload", public_id, name=upload.file_name, rows=upload.rows
            )
    except BaseException as failure:
        storage.remove(actor.account_id, public_id)
        if isinstance(failure, UnreadableFile):
            raise refused(failure) from failure
        raise
    milliseconds = round((time.perf_counter() - began) * 1000)
    log.info(
        "file_uploaded",
        extra={"upload": upload.id, "rows": upload.rows, "bytes": upload.size, "ms": milliseconds},
    )
    return upload


def read_into(actor: Actor, upload: Upload, known: KnownLayout) -> None:
    """Read a stored file completely as `known` and set the results on `upload`.

    An empty `known.sheet` selects the worksheet that looks most like contacts. Raises UnreadableFile, and
    TooMuch for too many rows.
    """
    sheets: list[dict[str, Any]] = []
    if known.sheet is not None:
        read = worksheets.read_sheet(upload.account_id, upload.public_id, known.sheet or None)
        known, sheets = replace(known, sheet=read.sheet), read.found
    named = _names_that_speak(upload.file_name, known.sheet, sheets)
    found = _read_through(actor, upload, known, sheets, named)
    if found != named:
        _read_through(actor, upload, known, sheets, found)  # again, with columns for what was found


def _read_through(
    actor: Actor, upload: Upload, known: KnownLayout, sheets: list[dict[str, Any]], outside: Outside
) -> Outside:
    """Read all rows with the extra columns of `outside`; return the extra columns that the file should
    have."""
    if known.sheet is not None:
        source = worksheets.opened(upload.account_id, upload.public_id, known.sheet)
    else:
        source = storage.opened(upload.account_id, upload.public_id)
    finder = RemarkFinder()
    with source as stream:
        table = open_table(stream, notice=True, known=known, outside=outside)
        rows = _within_limit(table, _row_limit(known))
        first = list(islice(rows, SAMPLE_ROWS))
        layout = table.layout
        guesses = suggested(actor.account_id, layout, [row.cells for row in first])
        mapping = {str(guess.index): guess.field for guess in guesses}
        fields = {guess.index: guess.field for guess in guesses}
        refused = row_context_of(layout, fields).refused
        checkup = Checkup(fields, len(guesses), actor.country or None, refused=refused)
        profiler = profiler_of(layout, finder, remark_columns(guesses, has_header=layout.header is not None))
        collector = _collector(guesses, first, actor.country or None)
        all_rows = profiler.watching(chain(first, rows))
        checkup.add_all(all_rows if collector.is_idle else collector.watching(all_rows))
    profile = profiler.profile()
    result = checkup.result()
    upload.rows = result.rows
    upload.header_fingerprint = header_fingerprint(layout)
    upload.layout = table.layout.as_json()
    upload.noticed = table.notices.as_json() | {"sheets": sheets}
    upload.profile = profile.as_json()
    upload.evidence = collector.evidence().as_json()
    # The reading of phone numbers is only known now, so a check-up by phone is computed on request.
    is_final = result.identifier != "phone"
    upload.checkup = {checkup_key(mapping, None, {}): result.as_json()} if is_final else {}
    return replace(
        outside, section=table.has_sections, beyond=table.has_beyond, remarked=tuple(sorted(finder.found))
    )


def _names_that_speak(file_name: str, sheet: str | None, sheets: list[dict[str, Any]]) -> Outside:
    """Return the names of the file and worksheet that say that people must not be contacted."""
    stem = file_name.rpartition(".")[0] or file_name
    return Outside(
        file=file_name[:MAX_VALUE_LENGTH] if names_refusers(stem, is_file=True) else "",
        sheet=sheet[:MAX_VALUE_LENGTH] if sheet and names_refusers(sheet, is_file=True) else "",
    )


def _collector(guesses: list[ColumnGuess], first: list[Row], country: str | None) -> EvidenceCollector:
    """Return an observer of the columns that may be matched to a birthday, a phone number, or tags."""
    samples = {guess.index: [row.cells[guess.index] for row in first] for guess in guesses}
    return EvidenceCollector(
        [at for at, cells in samples.items() if looks_like_dates(cells) or guesses[at].field == "birthday"],
        [at for at, cells in samples.items() if looks_like_phones(cells) or guesses[at].field == "phone"],
        [guess.index for guess in guesses if guess.field == "tags"],
        country,
    )


def _row_limit(known: KnownLayout) -> int:
    most = current().max_import_rows
    return most if known.sheet is None else min(most, current().max_workbook_rows)


def _within_limit(table: Table, limit: int) -> Iterator[Row]:
    for row in table:
        if row.number > limit:
            raise TooMuch(
                "CONTACT_LIMIT_EXCEEDED",
                f"A file can have at most {limit:,} rows; this one has more. Split it and upload the parts.",
                limit=limit,
            )
        yield row


def refused(fault: UnreadableFile) -> Invalid:
    """Convert the error to Invalid for callers of this room."""
    places = {name: value for name, value in (("row", fault.row), ("line", fault.line)) if value is not None}
    return Invalid("INVALID_FILE", fault.message, fields={"file": fault.message}, reason=fault.code, **places)


class _Intake:
    """Copies a stream to the stored file while counting, hashing, and detecting the encoding."""

    def __init__(self, stream: Readable, file: BinaryIO, limit: int) -> None:
        self.size = 0
        self._stream = stream
        self._file = file
        self._limit = limit
        self._hash = hashlib.sha256()

    def take_all(self) -> KnownLayout:
        """Store all bytes; return the detected encoding, or that the file is a workbook.

        Raises UnreadableFile as soon as the data cannot be a table, and TooMuch for too many bytes.
        """
        head = read_block(self)
        refuse_foreign(head)
        holds_sheets = is_workbook(head)
        fixed = None if holds_sheets else fixed_encoding(head)
        evidence = Evidence()
        block = head
        while block:
            if fixed is None and not holds_sheets:
                evidence.add(block)
            block = self.read(BLOCK)
        return KnownLayout(sheet="") if holds_sheets else KnownLayout(encoding=fixed or evidence.encoding())

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self.size += len(block)
        if self.size > self._limit:
            raise too_large(self._limit)
        self._hash.update(block)
        self._file.write(block)
        return block

    def digest(self) -> str:
        return self._hash.hexdigest()


def too_large(limit: int) -> TooLarge:
    """Return the error for a file with too many bytes."""
    return TooLarge(
        "TOO_LARGE",
        f"The file is larger than {formats.size(limit)}, the most that can be uploaded. "
        "Split it, or remove columns you don’t need.",
        limit=limit,
    )

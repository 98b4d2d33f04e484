"""Layout of a contact file: detected from its first bytes, stored as JSON, and used by later readings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import StringIO
from itertools import islice
from typing import Any, Final

from app.files.domain.consent.outside import REPEATED, Outside
from app.files.domain.headers.header_row import (
    Record,
    column_names,
    column_of_addresses,
    data_width,
    find_header,
    first_data_row,
    table_width,
)
from app.files.domain.text.blanks import Blanks, closer, sniff_blanks
from app.files.domain.text.delimiters import delimiter_of_sep_line, sniff_delimiter
from app.files.domain.text.encodings import UNDECIDED, sniff_encoding
from app.files.domain.text.foreign import is_workbook, refuse_foreign
from app.files.domain.text.garbled import repaired
from app.files.domain.text.lines import ROW_END
from app.files.domain.text.unreadable import UnreadableFile
from app.platform.text.spreadsheet_safe import unguarded

MOST_COLUMNS: Final = 500
SHEET: Final = "sheet"
_LINES_LOOKED_AT = 400
_RECORDS_LOOKED_AT = 100


@dataclass(frozen=True)
class FileLayout:
    """How a file is laid out.

    `header` holds the cells as in the file, None without a header; `columns` holds a unique name for each
    column. Lines are physical and count from 1; data starts at `data_line`. `encoding` may be "ascii" (see
    `encodings`). `newline` is "sheet" for the text of a worksheet, whose name is `sheet`. `blanks` are
    skipped between a delimiter and a quotation mark. `sieved`: lines that are not contacts are left out, for
    which `address` is the column of email addresses. `mends` are the requested repairs of `garbled.REPAIRS`.
    The last columns are those of `outside`, which are not columns of the file itself.
    """

    encoding: str
    delimiter: str
    newline: str
    header: tuple[str, ...] | None
    header_line: int | None
    data_line: int
    columns: tuple[str, ...]
    blanks: Blanks = ""
    sieved: bool = False
    address: int = -1
    sheet: str | None = None
    mends: tuple[str, ...] = ()
    outside: Outside = field(default_factory=Outside)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Columns of the file itself."""
        return self.columns[: len(self.columns) - len(self.outside.names)]

    @property
    def is_sheet(self) -> bool:
        return self.newline == SHEET

    @property
    def repeated(self) -> list[int]:
        """Positions of columns that only repeat what other cells of the row contain."""
        first = len(self.own_columns)
        return [first + at for at, name in enumerate(self.outside.names) if name in REPEATED]

    def as_json(self) -> dict[str, Any]:
        """Return JSON values that `from_json` reads back."""
        facts = asdict(self)
        facts["header"] = list(self.header) if self.header is not None else None
        return facts | {"columns": list(self.columns), "mends": list(self.mends)}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> FileLayout:
        """Restore a layout from `as_json`, also one written by an earlier version with fewer fields."""
        header = facts["header"]
        outside = dict(facts.get("outside", {}))
        return cls(
            **{
                **facts,
                "outside": Outside(**outside | {"remarked": tuple(outside.get("remarked", ()))}),
                "header": None if header is None else tuple(header),
                "columns": tuple(facts["columns"]),
                "mends": tuple(facts.get("mends", ())),
            }
        )


@dataclass(frozen=True)
class KnownLayout:
    """What is known before a file is read; None means to detect it.

    `header_line` 0: there is no header. `sheet`: the bytes are the text of that worksheet. `mends` as in
    FileLayout.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None
    mends: tuple[str, ...] = ()


def sniff_layout(head: bytes, *, whole: bool, known: KnownLayout | None = None) -> FileLayout:
    """Detect the layout from the first block of a file; `whole`: the block is the whole file.

    Raises UnreadableFile for a file that is not a table, is empty, or has too many columns.
    """
    known = known or KnownLayout()
    if known.sheet is not None:
        return _sniff_sheet(head, whole, known)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n\x1a"):
        raise UnreadableFile("empty", "The file is empty.")
    refuse_foreign(head)
    if is_workbook(head):
        raise UnreadableFile("workbook", "This is a workbook. Its worksheets are read one at a time.")
    encoding = known.encoding or sniff_encoding(head)
    lines = _whole_lines(head, encoding, whole)
    named = delimiter_of_sep_line(lines[0]) if lines else None
    skipped = 0 if named is None else 1
    delimiter = known.delimiter or named or sniff_delimiter(lines[skipped:])
    blanks = sniff_blanks(lines[skipped:], delimiter)
    records = _records(lines, skipped, delimiter, blanks)
    return _with_header(
        records,
        known,
        FileLayout(encoding, delimiter, _newline_style(lines), None, None, 1, (), blanks, True),
    )


def with_outside(layout: FileLayout, outside: Outside) -> FileLayout:
    """Return the layout with the columns of `outside` appended."""
    own = layout.own_columns
    return replace(layout, columns=tuple(column_names([*own, *outside.names], 0)), outside=outside)


def _sniff_sheet(head: bytes, whole: bool, known: KnownLayout) -> FileLayout:
    rows = head.decode("utf-8", "replace").split(ROW_END)
    if not whole and len(rows) > 1:
        rows.pop()
    records = _records(rows[:_LINES_LOOKED_AT], 0, ",", "")
    layout = FileLayout("utf-8", ",", SHEET, None, None, 1, (), "", True, sheet=known.sheet)
    return _with_header(records, known, layout)


def _with_header(records: list[Record], known: KnownLayout, layout: FileLayout) -> FileLayout:
    if not records:
        raise UnreadableFile("empty", "The file has no rows.")
    position = _header_position(records, known.header_line)
    if position is None:
        start = first_data_row(records)
        below = records[start:]
        header, header_line, data_line = None, None, records[start].line
        width = table_width(records)
    else:
        record = records[position]
        below = records[position + 1 :]
        header, header_line, data_line = tuple(record.cells), record.line, record.next_line
        width = data_width(below, at_least=len(record.cells))
    if width > MOST_COLUMNS:
        raise UnreadableFile(
            "too_many_columns",
            f"The file has {width:,} columns; the limit is {MOST_COLUMNS}. Remove the ones you don’t need.",
            header_line or data_line,
        )
    return replace(
        layout,
        mends=known.mends,
        header=header,
        header_line=header_line,
        data_line=data_line,
        columns=_columns(header, width, known.mends),
        address=column_of_addresses(below),
    )


def _header_position(records: list[Record], known: int | None) -> int | None:
    if known is None:
        return find_header(records)
    return next((i for i, record in enumerate(records) if record.line == known), None)


def _columns(header: Sequence[str] | None, width: int, mends: tuple[str, ...]) -> tuple[str, ...]:
    names = None if header is None else [repaired(unguarded(cell), mends) for cell in header]
    return tuple(column_names(names, width))


def _whole_lines(head: bytes, encoding: str, whole: bool) -> list[str]:
    """Return the first complete lines; a last line that may be truncated is dropped. Undecodable bytes are
    replaced; the reader reports them."""
    text = (
        head.decode("utf-8" if encoding == UNDECIDED else encoding, "replace")
        .lstrip("\ufeff")
        .replace("\0", "")
    )
    lines = list(islice(StringIO(text, newline=""), _LINES_LOOKED_AT))
    if not whole and len(lines) < _LINES_LOOKED_AT and len(lines) > 1:
        lines.pop()
    return lines


def _newline_style(lines: list[str]) -> str:
    ends = {
        "crlf": sum(line.endswith("\r\n") for line in lines),
        "lf": sum(line.endswith("\n") and not line.endswith("\r\n") for line in lines),
        "cr": sum(line.endswith("\r") for line in lines),
    }
    return max(ends, key=lambda style: ends[style])


def _records(lines: list[str], skipped: int, delimiter: str, blanks: Blanks) -> list[Record]:
    source: Iterable[str] = islice(lines, skipped, None)
    if blanks == "all":
        source = map(closer(delimiter), source)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=bool(blanks))
    records: list[Record] = []
    line = skipped + 1
    try:
        for cells in reader:
            next_line = skipped + reader.line_num + 1
            if any(map(str.strip, cells)):
                records.append(Record(line, next_line, cells))
            line = next_line
            if len(records) == _RECORDS_LOOKED_AT:
                break
    except csv.Error:
        # A quotation mark that is never closed: use what was read so far; the reader reports the row.
        pass
    return records

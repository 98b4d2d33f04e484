"""How a contact file is laid out: told once from its first bytes, kept as JSON, used for later readings."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, replace
from io import StringIO
from itertools import islice
from typing import Any, Final

from app.files.domain.delimiters import delimiter_of_sep_line, sniff_delimiter
from app.files.domain.encodings import UNDECIDED, sniff_encoding
from app.files.domain.foreign import refuse_foreign
from app.files.domain.headers import (
    Record,
    column_names,
    data_width,
    find_header,
    first_data_row,
    table_width,
)
from app.files.domain.spreadsheet_safe import unguarded
from app.files.domain.unreadable import UnreadableFile

MOST_COLUMNS: Final = 500
_LINES_LOOKED_AT = 400
_RECORDS_LOOKED_AT = 100


@dataclass(frozen=True)
class FileLayout:
    """`header`: the cells as they stand in the file, None without one; `columns`: a distinct name each.

    Lines are physical and count from 1; data begins at `data_line`. `encoding` may be "ascii" (`encodings`).
    """

    encoding: str
    delimiter: str
    newline: str
    header: tuple[str, ...] | None
    header_line: int | None
    data_line: int
    columns: tuple[str, ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.columns)

    def as_json(self) -> dict[str, Any]:
        """Plain lists and strings; `from_json` reads them back."""
        facts = asdict(self)
        facts["header"] = list(self.header) if self.header is not None else None
        facts["columns"] = list(self.columns)
        return facts

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> FileLayout:
        """The layout that `as_json` wrote."""
        header = facts["header"]
        return cls(
            **{
                **facts,
                "header": None if header is None else tuple(header),
                "columns": tuple(facts["columns"]),
            }
        )

    def with_first_row_as_data(self) -> FileLayout:
        """The same file when a person says that the first row is no header but a contact."""
        if self.header_line is None:
            return self
        names = tuple(column_names(None, self.width))
        return replace(self, header=None, header_line=None, data_line=self.header_line, columns=names)


def sniff_layout(head: bytes, *, whole: bool) -> FileLayout:
    """Reads the layout from the first block of a file; `whole` when that block is all of it.

    Raises UnreadableFile for what is no table: another kind of file, an empty one, too many columns.
    """
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n\x1a"):
        raise UnreadableFile("empty", "The file is empty.")
    refuse_foreign(head)
    encoding = sniff_encoding(head)
    lines = _whole_lines(head, encoding, whole)
    newline = _newline_style(lines)
    named = delimiter_of_sep_line(lines[0]) if lines else None
    skipped = 0 if named is None else 1
    delimiter = named or sniff_delimiter(lines[skipped:])
    records = _records(lines, skipped, delimiter)
    if not records:
        raise UnreadableFile("empty", "The file has no rows.")
    return _with_header(records, encoding, delimiter, newline)


def _with_header(records: list[Record], encoding: str, delimiter: str, newline: str) -> FileLayout:
    position = find_header(records)
    if position is None:
        first = records[first_data_row(records)]
        header, header_line, data_line = None, None, first.line
        width = table_width(records)
    else:
        record = records[position]
        header, header_line, data_line = tuple(record.cells), record.line, record.next_line
        width = data_width(records[position + 1 :], at_least=len(record.cells))
    if width > MOST_COLUMNS:
        raise UnreadableFile(
            "too_many_columns",
            f"The file has {width:,} columns; {MOST_COLUMNS} is the most. Leave out those you do not need.",
            header_line or data_line,
        )
    names = None if header is None else [unguarded(cell) for cell in header]
    columns = tuple(column_names(names, width))
    return FileLayout(encoding, delimiter, newline, header, header_line, data_line, columns)


def _whole_lines(head: bytes, encoding: str, whole: bool) -> list[str]:
    """The first lines; the last one is left out when it may be cut. Damage is the reader's to report."""
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


def _records(lines: list[str], skipped: int, delimiter: str) -> list[Record]:
    reader = csv.reader(islice(lines, skipped, None), delimiter=delimiter)
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
        # A cell without end: what was read so far has to do, and the reader names the row.
        pass
    return records

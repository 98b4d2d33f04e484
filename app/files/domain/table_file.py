"""A contact file as a stream of numbered rows, whatever program wrote it, in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple, NoReturn

from app.files.domain.layout import MOST_COLUMNS, FileLayout, sniff_layout
from app.files.domain.lines import BLOCK, DamagedText, Lines, Readable, read_block
from app.files.domain.spreadsheet_safe import unguarded
from app.files.domain.unreadable import UnreadableFile, place
from app.platform.addresses import email_key

_RUNAWAY_QUOTE: Final = 20
_BLANK_STARTS: Final = frozenset(("", " ", "\t", "\r", "\n", "\xa0", "\x1a"))


class Row(NamedTuple):
    """`number` counts data rows from 1, `line` is the physical line it begins on.

    There are as many cells as columns, or more where the row is longer than the header.
    """

    number: int
    line: int
    cells: list[str]


class Table:
    """Iterate once over its rows. `layout.encoding` is final when the last row has been read."""

    def __init__(self, stream: Readable, layout: FileLayout | None = None, *, raw: bool = False) -> None:
        self._head = read_block(stream)
        self._rest = stream
        self._raw = raw
        self._layout = layout or sniff_layout(self._head, whole=len(self._head) < BLOCK)
        self._lines = Lines(self._head, stream, self._layout.encoding, self._layout.delimiter)

    @property
    def layout(self) -> FileLayout:
        """How the file is laid out."""
        return replace(self._layout, encoding=self._lines.encoding)

    def __iter__(self) -> Iterator[Row]:
        """Raises UnreadableFile, with row and line, at the first thing that cannot be read."""
        self._head = b""
        return self._rows()

    def _rows(self) -> Iterator[Row]:
        # The innermost loop of every upload: what it does for each row is worth some ugliness.
        width, delimiter, raw = self._layout.width, self._layout.delimiter, self._raw
        above = self._layout.data_line - 1
        source = self._lines
        lines = iter(source)
        number = 0
        line = next_line = above + 1
        blank_line = -1
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            _skip(lines, above)
            for cells in reader:
                line, next_line = next_line, above + reader.line_num + 1
                if not cells or (cells[0][:1] in _BLANK_STARTS and _is_blank(cells)):
                    blank_line = reader.line_num
                    continue
                number += 1
                if len(cells) > MOST_COLUMNS:
                    _refuse_wide(number, line, len(cells))
                if next_line - line > 2 and _swallowed_rows(cells, width, delimiter):
                    raise _runaway_quote(number, line)
                if not raw:
                    if len(cells) != width:
                        _fit(cells, width)
                    if source.apostrophes:
                        joined = "\n".join(cells)
                        if joined[0] == "'" or "\n'" in joined:
                            cells = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
                yield Row(number, line, cells)
        except csv.Error as error:
            _refuse_cell(error, number + 1, next_line, above + reader.line_num)
        except DamagedText as damage:
            at = above + reader.line_num + 1
            where = place(number + 1, at)
            raise UnreadableFile(damage.code, f"{where.capitalize()} {damage}.", at, number + 1) from damage
        if number == 0:
            raise UnreadableFile(
                "only_header", "The file has a header but no contacts.", self._layout.header_line
            )
        if blank_line != reader.line_num:
            raise UnreadableFile(
                "cut_off",
                f"The file ends in the middle of {place(number, line)}: a quotation mark opens there and is "
                "never closed. The file is cut off, or the mark is one too many.",
                line,
                number,
            )


def open_table(stream: Readable, layout: FileLayout | None = None) -> Table:
    """The rows of a stream of bytes, read from its beginning; without a layout, it is told from them.

    Cells are what they mean: one guarding apostrophe is stripped, short rows are filled up with empty cells.
    Raises UnreadableFile.
    """
    return Table(stream, layout)


def open_untouched(stream: Readable, layout: FileLayout) -> Table:
    """The same rows under the same numbers, cells exactly as they stand in the file: for downloads."""
    return Table(stream, layout, raw=True)


def _skip(lines: Iterator[str], count: int) -> None:
    line = 1
    try:
        for _ in islice(lines, count):
            line += 1
    except DamagedText as damage:
        raise UnreadableFile(damage.code, f"Line {line} {damage}.", line) from damage


def _is_blank(cells: list[str]) -> bool:
    """Whitespace only, or the mark with which DOS ended a text file."""
    return not "".join(cells).strip(" \t\r\n\xa0\x1a")


def _fit(cells: list[str], width: int) -> None:
    while len(cells) > width and not cells[-1]:
        cells.pop()
    cells.extend([""] * (width - len(cells)))


def _runaway_quote(number: int, line: int) -> UnreadableFile:
    return UnreadableFile(
        "quote_never_closed",
        f"A quotation mark opens in {place(number, line)} and swallows the rows after it. "
        "Add the one that closes it, or take it out.",
        line,
        number,
    )


def _swallowed_rows(cells: list[str], width: int, delimiter: str) -> bool:
    """Whether a cell of many lines holds what looks like rows of this very table, address included."""
    if width < 2:
        return False
    for cell in cells:
        for inner in cell.splitlines()[1:]:
            parts = inner.split(delimiter)
            if len(parts) == width and any(
                "@" in part and isinstance(email_key(part), str) for part in parts
            ):
                return True
    return False


def _refuse_wide(number: int, line: int, width: int) -> NoReturn:
    raise UnreadableFile(
        "too_many_columns",
        f"{place(number, line).capitalize()} has {width:,} cells; {MOST_COLUMNS} is the most.",
        line,
        number,
    )


def _refuse_cell(error: csv.Error, number: int, line: int, reached: int) -> NoReturn:
    where = place(number, line)
    if "field larger" not in str(error):
        raise UnreadableFile(
            "malformed", f"{where.capitalize()} cannot be read as a row.", line, number
        ) from error
    if reached - line >= _RUNAWAY_QUOTE:
        raise _runaway_quote(number, line) from error
    raise UnreadableFile(
        "cell_too_long", f"{where.capitalize()} has a cell of more than 131,072 characters.", line, number
    ) from error

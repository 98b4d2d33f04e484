"""A contact file of any origin as a stream of numbered rows, in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, NoReturn

from app.files.domain.cells.row import Row
from app.files.domain.consent.outside import Outside
from app.files.domain.consent.remarks import remark_in
from app.files.domain.reading.layout import MOST_COLUMNS, FileLayout, KnownLayout, sniff_layout, with_outside
from app.files.domain.reading.not_rows import NOTE_STARTS, LineFilter
from app.files.domain.reading.notices import Notices
from app.files.domain.text.delimiters import delimiter_of_sep_line
from app.files.domain.text.garbled import repaired
from app.files.domain.text.lines import BLOCK, DamagedText, Lines, Readable, read_block
from app.files.domain.text.unreadable import UnreadableFile, place
from app.platform.addresses import email_key, unquoted
from app.platform.text.spreadsheet_safe import unguarded

__all__ = ["Row", "Table", "open_table", "open_untouched"]

_RUNAWAY_QUOTE: Final = 20
_BLANK_STARTS: Final = frozenset(("", " ", "\t", "\r", "\n", "\xa0", "\x1a"))


class Table:
    """Rows of a file, to be iterated once.

    `layout.encoding` is final after the last row. Then `notices` hold what was noticed (if requested), and
    `has_sections` and `has_beyond` say whether the file has content for these columns of `Outside`.
    """

    def __init__(
        self,
        stream: Readable,
        layout: FileLayout | None = None,
        *,
        raw: bool = False,
        notice: bool = False,
        known: KnownLayout | None = None,
        outside: Outside | None = None,
    ) -> None:
        self._head = read_block(stream)
        self._raw = raw
        self._notice = notice
        self._layout = layout or sniff_layout(self._head, whole=len(self._head) < BLOCK, known=known)
        if outside is not None:
            self._layout = with_outside(self._layout, outside)
        self._own_width = len(self._layout.own_columns)
        self._line_filter: LineFilter | None = None
        self._lines = Lines(
            self._head,
            stream,
            self._layout.encoding,
            self._layout.delimiter,
            close_up=self._layout.blanks == "all",
            by_row=self._layout.is_sheet,
            look=notice or bool(self._layout.mends),
        )
        self.notices = Notices()
        self.has_beyond = False

    @property
    def has_sections(self) -> bool:
        return self._line_filter is not None and self._line_filter.has_sections

    @property
    def layout(self) -> FileLayout:
        """The layout, with the encoding as decided so far."""
        return replace(self._layout, encoding=self._lines.encoding)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows. Raises UnreadableFile, with row and line, at the first unreadable place."""
        self._head = b""
        if self._layout.sieved:
            self._line_filter = LineFilter(self._layout.header, self._own_width)
        rows = self._rows()
        return self._with_outside(rows) if self._layout.outside.names else rows

    def _with_outside(self, rows: Iterator[Row]) -> Iterator[Row]:
        outside, width, line_filter = self._layout.outside, self._own_width, self._line_filter
        for row in rows:
            cells = row.cells
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            section = line_filter.section if line_filter is not None else ""
            more = outside.cells(cells, width, section, remark_in)
            yield Row(row.number, row.line, [*cells[:width], *more, *cells[width:]])

    def _rows(self) -> Iterator[Row]:
        # The innermost loop of every upload: written for speed rather than elegance.
        layout = self._layout
        width, at = self._own_width, layout.address
        above = layout.data_line - 1
        line_filter = self._line_filter
        source = self._lines
        lines = iter(source)
        number = 0
        line = next_line = above + 1
        blank_line = -1
        held: tuple[int, int, list[str]] | None = None
        reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=bool(layout.blanks))
        try:
            self._pass_over(lines, above)
            for cells in reader:
                line, next_line = next_line, above + reader.line_num + 1
                if not cells or (cells[0][:1] in _BLANK_STARTS and _is_blank(cells)):
                    blank_line = reader.line_num
                    continue
                if line_filter is not None and (
                    len(cells) != width
                    or (at >= 0 and "@" not in cells[at])
                    or (at < 0 and line_filter.doubts(cells))
                    or cells[0][:4].lower() in NOTE_STARTS
                    or line_filter.elsewhere
                ):
                    if held is not None:
                        is_title = line_filter.ends_title(cells)
                        line_filter.pass_title(held[2], is_sure=is_title)
                        if is_title:
                            self.notices.leave_out("title", held[0], held[2])
                        else:
                            number += 1
                            yield self._made(number, *held)
                        held = None
                    kind = line_filter.kind_of(cells)
                    if kind is not None:
                        self.notices.leave_out(kind, line, cells)
                        continue
                    if line_filter.may_be_title(cells):
                        held = line, next_line, cells
                        continue
                    if line_filter.section:
                        line_filter.pass_title(cells, is_sure=False)
                elif held is not None:
                    if line_filter is not None:
                        line_filter.pass_title(held[2], is_sure=False)
                    number += 1
                    yield self._made(number, *held)
                    held = None
                number += 1
                if len(cells) != width or next_line - line > 2 or source.wrapped or source.closer:
                    yield self._made(number, line, next_line, cells)
                else:
                    yield Row(number, line, cells)
            if held is not None:
                number += 1
                yield self._made(number, *held)
        except csv.Error as error:
            _refuse_cell(error, number + 1, next_line, above + reader.line_num)
        except DamagedText as damage:
            at_line = above + reader.line_num + 1
            where = place(number + 1, at_line)
            raise UnreadableFile(
                damage.code, f"{where.capitalize()} {damage}.", at_line, number + 1
            ) from damage
        self._check_end(number, line, is_complete=blank_line == reader.line_num)

    def _check_end(self, number: int, line: int, *, is_complete: bool) -> None:
        """Refuse a file without rows, or one that ends within its last row (number and line)."""
        if number == 0:
            raise UnreadableFile(
                "only_header", "The file has a header but no contacts.", self._layout.header_line
            )
        if not is_complete:
            raise UnreadableFile(
                "cut_off",
                f"The file ends in the middle of {place(number, line)}: a quotation mark there is never "
                "closed. Either the file is cut off, or there is one quotation mark too many.",
                line,
                number,
            )

    def _made(self, number: int, line: int, next_line: int, cells: list[str]) -> Row:
        """Create a row that needs more than numbering."""
        width = self._own_width
        if len(cells) > MOST_COLUMNS:
            _refuse_wide(number, line, len(cells))
        if next_line - line > 2 and _swallowed_rows(cells, width, self._layout.delimiter):
            raise _runaway_quote(number, line)
        if self._raw:
            return Row(number, line, cells)
        if len(cells) != width:
            _fit(cells, width)
            self.has_beyond = self.has_beyond or any(map(str.strip, cells[width:]))
        if self._lines.wrapped:
            joined = "\n".join(cells)
            if joined[:1] == "'" or "\n'" in joined or '="' in joined:
                cells = [unquoted(unguarded(cell)) for cell in cells]
        if self._lines.closer:
            if self._notice:
                self._look_at(number, line, cells)
            if mends := self._layout.mends:
                cells = [repaired(cell, mends) for cell in cells]
        return Row(number, line, cells)

    def _look_at(self, number: int | None, line: int, cells: list[str]) -> None:
        if self._lines.accented and not self.notices.wants_accents(cells):
            self._lines.enough_accents()
        if self._lines.garbled:
            self.notices.look_at(number, line, cells)

    def _pass_over(self, lines: Iterator[str], count: int) -> None:
        """Read the lines above the first row and note those that are neither blank nor part of the header."""
        header, data = self._layout.header_line, self._layout.data_line
        if header is not None and self._notice:
            self.notices.look_at(None, header, self._layout.header or ())
        line = 1
        try:
            for text in islice(lines, count):
                is_header = header is not None and header <= line < data
                is_sep = line == 1 and delimiter_of_sep_line(text) is not None
                if not is_header and not is_sep and any(map(str.isalnum, text)):
                    plain = text.strip().strip(self._layout.delimiter)
                    self.notices.leave_out("above", line, [plain.replace('"', "")])
                    if self._line_filter is not None:
                        self._line_filter.pass_above(plain.replace('"', ""))
                line += 1
        except DamagedText as damage:
            raise UnreadableFile(damage.code, f"Line {line} {damage}.", line) from damage


def open_table(
    stream: Readable,
    layout: FileLayout | None = None,
    *,
    notice: bool = False,
    known: KnownLayout | None = None,
    outside: Outside | None = None,
) -> Table:
    """Open the rows of a byte stream from its start; without `layout`, it is detected.

    Guarding apostrophes are removed and short rows are filled with empty cells. With `notice`, the table's
    notices tell what was left out or garbled. The columns of `outside` are appended. Raises
    UnreadableFile.
    """
    return Table(stream, layout, notice=notice, known=known, outside=outside)


def open_untouched(stream: Readable, layout: FileLayout) -> Table:
    """Open the same rows with the same numbers and unchanged cells, for downloads."""
    return Table(stream, layout, raw=True)


def _is_blank(cells: list[str]) -> bool:
    """Return whether a record is only whitespace, or the end-of-file mark of DOS."""
    return not "".join(cells).strip(" \t\r\n\xa0\x1a")


def _fit(cells: list[str], width: int) -> None:
    while len(cells) > width and not cells[-1]:
        cells.pop()
    cells.extend([""] * (width - len(cells)))


def _runaway_quote(number: int, line: int) -> UnreadableFile:
    return UnreadableFile(
        "quote_never_closed",
        f"A quotation mark opens in {place(number, line)} and takes in the rows after it. "
        "Add the closing quotation mark, or remove it.",
        line,
        number,
    )


def _swallowed_rows(cells: list[str], width: int, delimiter: str) -> bool:
    """Return whether a multi-line cell contains what looks like rows of this table, including an address."""
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
        f"{place(number, line).capitalize()} has {width:,} cells; the maximum is {MOST_COLUMNS}.",
        line,
        number,
    )


def _refuse_cell(error: csv.Error, number: int, line: int, reached: int) -> NoReturn:
    where = place(number, line)
    if "field larger" not in str(error):
        raise UnreadableFile(
            "malformed", f"{where.capitalize()} can’t be read as a row.", line, number
        ) from error
    if reached - line >= _RUNAWAY_QUOTE:
        raise _runaway_quote(number, line) from error
    raise UnreadableFile(
        "cell_too_long", f"{where.capitalize()} has a cell of more than 131,072 characters.", line, number
    ) from error

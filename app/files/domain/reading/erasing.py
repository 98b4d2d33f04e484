"""Erases people from a contact file: their records keep their place, lines, and number of filled cells, but
not their content. Everything else stays as it is, character by character."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from app.files.domain.reading.layout import FileLayout
from app.files.domain.text.blanks import closer
from app.files.domain.text.lines import ROW_END

ERASED: Final = "erased"
_LONGEST_VALUE: Final = 500
ERASED_ADDRESS: Final = "erased@erased.invalid"
"""Written to one cell of an erased record. With an @, no reading takes the record for a title or a note, so
that rows keep their numbers; the domain can't exist, so nobody is ever contacted."""


class PeopleEraser:
    """Eraser for the lines of one file.

    `lines` are the numbers of the lines on which records to be erased begin; `needles` are lower-case texts,
    such as email addresses: records that contain one are erased, too. `erased` counts the records, `values`
    are their cells, as `plain_text` writes them.
    """

    def __init__(self, layout: FileLayout, lines: Collection[int], needles: Collection[str]) -> None:
        self.values: set[str] = set()
        self._layout = layout
        self._targets = frozenset(lines)
        self._needles = tuple(needles)
        self.erased = 0

    def over(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield the lines of the file, given with their line ends (for a worksheet ROW_END), erased ones
        replaced."""
        source = iter(texts)
        above = self._layout.data_line - 1
        for _, line in zip(range(above), source, strict=False):
            yield self._cleared(line)
        read: list[str] = []
        reader = csv.reader(
            self._readable(source, read),
            delimiter=self._layout.delimiter,
            skipinitialspace=bool(self._layout.blanks),
        )
        number = above + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:  # the rest can't be read as records
                yield from map(self._cleared, read)
                yield from map(self._cleared, source)
                return
            record, count = "".join(read), len(read)
            is_theirs = number in self._targets or self._names_them(record)
            if is_theirs and any(map(str.strip, cells)):
                self.erased += 1
                self.values |= {plain for cell in cells if (plain := plain_text(cell))}
                yield self._replaced(cells, record, count)
            else:
                yield record
            read.clear()
            number += count
        yield from read

    def records(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Yield the cells of all records."""
        source = iter(texts)
        for _ in zip(range(self._layout.data_line - 1), source, strict=False):
            pass
        lines = self._readable(source, [])
        try:
            yield from csv.reader(
                lines, delimiter=self._layout.delimiter, skipinitialspace=bool(self._layout.blanks)
            )
        except csv.Error:
            return

    def _readable(self, source: Iterator[str], read: list[str]) -> Iterator[str]:
        """Yield lines as the table reader sees them, and remember them as they are."""
        close_up = closer(self._layout.delimiter) if self._layout.blanks == "all" else None
        for line in source:
            read.append(line)
            plain = line.removesuffix(ROW_END).replace("\0", "")
            yield close_up(plain) if close_up is not None else plain

    def _names_them(self, text: str) -> bool:
        lowered = text.lower()
        return any(needle in lowered for needle in self._needles)

    def _cleared(self, line: str) -> str:
        """Return a line above the table without the texts that name the people."""
        for needle in self._needles:
            at = line.lower().find(needle)
            while at >= 0:
                line = line[:at] + ERASED + line[at + len(needle) :]
                at = line.lower().find(needle)
        return line

    def _replaced(self, cells: list[str], record: str, lines: int) -> str:
        """Return the record with other cells, on as many lines as before."""
        at = self._layout.address
        filled = [place for place, cell in enumerate(cells) if cell.strip()]
        marked = at if at in filled else filled[0]
        shown = [
            "" if place not in filled else ERASED_ADDRESS if place == marked else ERASED
            for place in range(len(cells))
        ]
        end = record[len(record.rstrip("\r\n" + ROW_END)) :]
        breaks = _line_break(record) * (lines - 1)
        if breaks:
            shown[marked] = f'"{shown[marked]}{breaks}"'
        return self._layout.delimiter.join(shown) + _last_break(end)


def plain_text(text: str) -> str:
    """Return a text for comparison: letters and digits only, without case and accents, single spaces."""
    parts = unicodedata.normalize("NFKD", text[:_LONGEST_VALUE]).casefold()
    letters = "".join(one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in parts)
    return " ".join(letters.split())


def _line_break(record: str) -> str:
    return "\r\n" if "\r\n" in record else "\r" if "\r" in record and "\n" not in record else "\n"


def _last_break(end: str) -> str:
    """Return the end of the record's last line: line breaks before it belonged to a cell."""
    if end.endswith(ROW_END):
        return ROW_END
    return "\r\n" if end.endswith("\r\n") else end[-1:]

"""What each column holds over the whole file: how many cells are filled, and which different ones there are.

Made in the one pass of an upload. A chunk of rows is turned into columns, so the work for a cell is done in
C; a column with more different cells than are kept only counts on. Memory does not grow with the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.files.domain.table_file import Row
from app.platform.blank_words import is_blank

MOST_VALUES: Final = 200
FEWEST_VALUES: Final = 40
ALL_VALUES: Final = 8_000  # of all columns together; a file of many columns keeps fewer of each
LONGEST_VALUE: Final = 80
CHUNK_ROWS: Final = 1_000
_CUT: Final = 4 * LONGEST_VALUE  # a cell is cut before it is trimmed, so that no cell costs much
_FEW: Final = 4
_DATED = re.compile(
    r"(?<!\d)(?:\d{1,4}[-./年년 ]{1,2}\d{1,2}[-./月월 ]{1,2}\d{1,4}|(?:19|20)\d{6}|4\d{4})(?!\d)"
    r"|\d{1,2}[. -]{1,2}\w{3,10}[. ,-]{1,2}\d{2,4}\b|\b\w{3,10}\.? \d{1,2},? \d{4}\b"
)


@dataclass
class ColumnProfile:
    """`filled` counts cells that are not blank, `values` {cell, trimmed and cut: how often}.

    `overflowed`: there are more different cells than `values` holds, or addresses. Of a column that is
    counted by its words, cells that differ in their numbers only (dates) count under the first of them, and
    after an overflow `values` keeps what it knows and counts it on.
    """

    filled: int = 0
    values: dict[str, int] = field(default_factory=dict)
    overflowed: bool = False

    @property
    def others(self) -> int:
        """Filled cells that `values` does not hold."""
        return self.filled - sum(self.values.values())


@dataclass
class FileProfile:
    """One ColumnProfile for each column, of `rows` rows."""

    rows: int
    columns: list[ColumnProfile]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers, strings, lists and dicts; `from_json` reads them back."""
        columns = [[one.filled, list(one.values.items()), one.overflowed] for one in self.columns]
        return {"rows": self.rows, "columns": columns}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> FileProfile:
        """The profile that `as_json` wrote."""
        columns = [ColumnProfile(filled, dict(values), full) for filled, values, full in facts["columns"]]
        return cls(facts["rows"], columns)

    def without(self, positions: Collection[int]) -> FileProfile:
        """The same as if these columns were empty."""
        columns = [ColumnProfile() if at in positions else one for at, one in enumerate(self.columns)]
        return FileProfile(self.rows, columns)

    @classmethod
    def of_rows(
        cls,
        rows: Iterable[Sequence[str]],
        width: int,
        by_words: Collection[int] = (),
        words: Collection[str] = (),
    ) -> FileProfile:
        """The profile of rows that are at hand."""
        profiler = Profiler(width, by_words, words)
        for row in rows:
            profiler.add([*row, *[""] * (width - len(row))])
        return profiler.profile()


class Profiler:
    """Counts rows of `width` columns as they pass.

    `by_words` are the columns whose words matter whatever their number; `words` are cells, spelled exactly,
    that are counted in every column, also in one that has overflowed.
    """

    def __init__(self, width: int, by_words: Collection[int] = (), words: Collection[str] = ()) -> None:
        most = max(FEWEST_VALUES, min(MOST_VALUES, ALL_VALUES // max(width, 1)))
        self._columns = [
            _WordColumn(most) if at in by_words else _Column(most, frozenset(words)) for at in range(width)
        ]
        self._rows = 0
        self._chunk: list[Sequence[str]] = []

    def watching(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, counted on their way."""
        for row in rows:
            self.add(row.cells)
            yield row

    def add(self, cells: Sequence[str]) -> None:
        """Counts one row; it has at least `width` cells."""
        self._chunk.append(cells)
        if len(self._chunk) == CHUNK_ROWS:
            self._count()

    def profile(self) -> FileProfile:
        """What was counted so far."""
        self._count()
        return FileProfile(self._rows, [column.profile for column in self._columns])

    def _count(self) -> None:
        self._rows += len(self._chunk)
        for column, cells in zip(self._columns, zip(*self._chunk, strict=False), strict=False):
            column.add(cells)
        self._chunk = []


class _Column:
    def __init__(self, most: int, words: frozenset[str]) -> None:
        self.profile = ColumnProfile()
        self._most = most
        self._words = words

    def add(self, cells: Sequence[str]) -> None:
        profile = self.profile
        values = profile.values
        if profile.overflowed:
            profile.filled += len(cells) - cells.count("")
            if not self._words.isdisjoint(cells):
                for word in filter(self._words.__contains__, cells):
                    values[word] = values.get(word, 0) + 1
            return
        for cell, count in _counted(cells).items():
            if text := trimmed(cell):
                profile.filled += count
                values[text] = values.get(text, 0) + count
        if len(values) > self._most or any("@" in value for value in values):
            profile.overflowed = True  # addresses are no words, and nobody's are kept a second time
            profile.values = {value: count for value, count in values.items() if value in self._words}


class _WordColumn:
    def __init__(self, most: int) -> None:
        self.profile = ColumnProfile()
        self._most = most
        self._by_shape: dict[str, str] = {}

    def add(self, cells: Sequence[str]) -> None:
        profile = self.profile
        for cell, count in _counted(cells).items():
            if not (text := trimmed(cell)):
                continue
            profile.filled += count
            if "@" in text and " " not in text:
                profile.overflowed = True
                continue
            shape = text if is_blank(text) else shape_of(text)
            first = self._by_shape.get(shape)
            if first is not None:
                profile.values[first] += count
            elif len(self._by_shape) < self._most:
                self._by_shape[shape] = text
                profile.values[text] = count
            else:
                profile.overflowed = True


def _counted(cells: Sequence[str]) -> dict[str, int]:
    """How often each cell is there. A few different ones are counted faster apart."""
    different = dict.fromkeys(cells)  # in their order, unlike a set
    if len(different) > _FEW:
        return Counter(cells)
    return {cell: cells.count(cell) for cell in different}


def trimmed(cell: str) -> str:
    """A cell as the profile keeps it."""
    return cell[:_CUT].strip()[:LONGEST_VALUE] if cell else ""


def shape_of(text: str) -> str:
    """The same for texts that differ in nothing but a date and its time."""
    return re.sub(r"\d+", "0", text) if _DATED.search(text) else text

"""Profiles of columns over a whole file: the number of filled cells, and the distinct values.

Computed in the single pass of an upload. Chunks of rows are transposed into columns, so that the work per
cell is done in C. A column with more distinct values than are kept is only counted. Memory is bounded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from app.files.domain.cells.row import Row
from app.platform.addresses import trimmed as without_outer_blanks
from app.platform.addresses.text import MAX_CELL_LENGTH
from app.platform.text.blank_words import is_blank

MOST_VALUES: Final = 200
FEWEST_VALUES: Final = 40
ALL_VALUES: Final = 8_000  # of all columns together; files with many columns keep fewer per column
MAX_VALUE_LENGTH: Final = 250  # characters; longer cells keep their start, their end, and a digest
CHUNK_ROWS: Final = 1_000
_BEGINNING: Final = 150
_END: Final = 80
_FEW: Final = 4
_FEW_ADDRESSES: Final = 20
_USUAL_LENGTH: Final = 80  # characters; a column of many longer values holds free text
_BETWEEN: Final = re.compile(r" …[a-p]{10}… ")
_DATED = re.compile(
    r"(?<!\d)(?:\d{1,4}[-./年년 ]{1,2}\d{1,2}[-./月월 ]{1,2}\d{1,4}|(?:19|20)\d{6}|4\d{4})(?!\d)"
    r"|\d{1,2}[. -]{1,2}\w{3,10}[. ,-]{1,2}\d{2,4}\b|\b\w{3,10}\.? \d{1,2},? \d{4}\b"
)


Search = Callable[[Sequence[str]], dict[str, int]]
"""cells -> {text as in `values`: count} of those that matter in every column."""


@dataclass
class ColumnProfile:
    """`filled` is the number of nonblank cells, `values` is {`trimmed` cell: count}.

    `overflowed`: the column has more distinct cells than `values` holds, or addresses, which are never kept.
    Then only cells found by a Search are added. In a column counted by words, cells that differ only in dates
    count as the first of them; after an overflow its known `values` are still counted.
    """

    filled: int = 0
    values: dict[str, int] = field(default_factory=dict)
    overflowed: bool = False

    @property
    def others(self) -> int:
        """Number of filled cells that are not in `values`."""
        return self.filled - sum(self.values.values())


@dataclass
class FileProfile:
    """One ColumnProfile per column, over `rows` rows."""

    rows: int
    columns: list[ColumnProfile]

    def as_json(self) -> dict[str, Any]:
        """Return JSON values that `from_json` reads back."""
        columns = [[one.filled, list(one.values.items()), one.overflowed] for one in self.columns]
        return {"rows": self.rows, "columns": columns}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> FileProfile:
        """Restore a profile from `as_json`."""
        columns = [ColumnProfile(filled, dict(values), full) for filled, values, full in facts["columns"]]
        return cls(facts["rows"], columns)

    def without(self, positions: Collection[int]) -> FileProfile:
        """Return the profile as if these columns were empty."""
        columns = [ColumnProfile() if at in positions else one for at, one in enumerate(self.columns)]
        return FileProfile(self.rows, columns)

    @classmethod
    def of_rows(
        cls,
        rows: Iterable[Sequence[str]],
        width: int,
        by_words: Collection[int] = (),
        search: Search | None = None,
    ) -> FileProfile:
        """Profile rows that are in memory."""
        profiler = Profiler(width, by_words, search)
        for row in rows:
            profiler.add([*row, *[""] * (width - len(row))])
        return profiler.profile()


class Profiler:
    """Counter for rows of `width` columns.

    `by_words` are columns whose values are kept by words even if there are many. `search` finds cells that
    matter in every column, even in one that has overflowed. `look` is called with the position and some of
    the cells of the columns `looked_at`.
    """

    def __init__(
        self,
        width: int,
        by_words: Collection[int] = (),
        search: Search | None = None,
        *,
        look: Callable[[int, Sequence[str]], None] | None = None,
        looked_at: Collection[int] = (),
    ) -> None:
        self._look = look
        self._looked_at = frozenset(looked_at) if look is not None else frozenset()
        most = max(FEWEST_VALUES, min(MOST_VALUES, ALL_VALUES // max(width, 1)))
        self._columns = [
            _WordColumn(most, search or _nothing) if at in by_words else _Column(most, search or _nothing)
            for at in range(width)
        ]
        self._rows = 0
        self._chunk: list[Sequence[str]] = []

    def watching(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows unchanged while counting them."""
        for row in rows:
            self.add(row.cells)
            yield row

    def add(self, cells: Sequence[str]) -> None:
        """Count one row of at least `width` cells."""
        self._chunk.append(cells)
        if len(self._chunk) == CHUNK_ROWS:
            self._count()

    def profile(self) -> FileProfile:
        """Return the profile so far."""
        self._count()
        return FileProfile(self._rows, [column.profile for column in self._columns])

    def _count(self) -> None:
        self._rows += len(self._chunk)
        for at, cells in enumerate(zip(*self._chunk, strict=False)):
            if at == len(self._columns):
                break
            self._columns[at].add(cells)
            if self._look is not None and at in self._looked_at:
                self._look(at, cells)
        self._chunk = []


class _Column:
    def __init__(self, most: int, search: Search) -> None:
        self.profile = ColumnProfile()
        self._most = most
        self._search = search
        self._addresses = 0
        self._length = 0

    def add(self, cells: Sequence[str]) -> None:
        profile = self.profile
        if profile.overflowed:
            profile.filled += len(cells) - cells.count("")
            if len(profile.values) < self._most:
                self._count(self._search(cells))
            return
        for cell, count in _counted(cells).items():
            if not (text := trimmed(cell)):
                continue
            profile.filled += count
            if is_address(text):
                self._addresses += 1
                continue
            if len(text) > _BEGINNING:
                text = next(iter(self._search([cell])), text)
            if text not in profile.values:
                self._length += len(text)
            profile.values[text] = profile.values.get(text, 0) + count
        if (
            len(profile.values) > self._most
            or self._addresses > _FEW_ADDRESSES
            or self._length > self._most * _USUAL_LENGTH
        ):
            profile.overflowed = True
            found = self._search(list(profile.values))
            profile.values = {text: count for text, count in profile.values.items() if text in found}

    def _count(self, found: Mapping[str, int]) -> None:
        values = self.profile.values
        for text, count in found.items():
            values[text] = values.get(text, 0) + count


class _WordColumn:
    def __init__(self, most: int, search: Search) -> None:
        self.profile = ColumnProfile()
        self._most = most
        self._search = search
        self._by_shape: dict[str, str] = {}

    def add(self, cells: Sequence[str]) -> None:
        profile = self.profile
        beyond: list[str] = []
        for cell, count in _counted(cells).items():
            if not (text := trimmed(cell)):
                continue
            profile.filled += count
            if is_address(text):
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
                beyond += [cell] * count
        if beyond and len(profile.values) < 2 * self._most:
            for text, count in self._search(beyond).items():
                profile.values[text] = profile.values.get(text, 0) + count


def _counted(cells: Sequence[str]) -> dict[str, int]:
    """Return {cell: count}. Counting a few distinct cells one by one is faster."""
    different = dict.fromkeys(cells)  # keeps the order, unlike a set
    if len(different) > _FEW:
        return Counter(cells)
    return {cell: cells.count(cell) for cell in different}


def trimmed(cell: str) -> str:
    """Return a cell as kept in a profile, without invisible characters at its ends, at most MAX_VALUE_LENGTH
    long.

    A longer cell keeps its start, a digest of the whole, and its end. Addresses within a text are removed.
    Idempotent.
    """
    text = without_outer_blanks(cell) if cell else ""
    if "@" in text and not is_address(text):
        text = re.sub(r"\S+", lambda found: "@" if "@" in found[0] else found[0], text)
    if len(text) <= MAX_VALUE_LENGTH:
        return text
    whole = shape_of(text[:MAX_CELL_LENGTH]) + text[MAX_CELL_LENGTH:]
    digest = blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=5).digest()
    letters = "".join(chr(ord("a") + half) for byte in digest for half in (byte >> 4, byte & 15))
    return f"{text[:_BEGINNING].rstrip()} …{letters}… {text[-_END:].lstrip()}"


def shown(text: str) -> str:
    """Format a `trimmed` text for display."""
    return _BETWEEN.sub(" … ", text)


def is_address(text: str) -> bool:
    """Return whether a text is a single word with an @."""
    return "@" in text and not any(map(str.isspace, text))


def _nothing(cells: Sequence[str]) -> dict[str, int]:
    return {}


def shape_of(text: str) -> str:
    """Return a form of the text that is equal for texts differing only in a date and time."""
    return re.sub(r"\d+", "0", text) if _DATED.search(text) else text

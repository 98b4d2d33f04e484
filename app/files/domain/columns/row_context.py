"""What a row says besides its identifier, located by the file's layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.files.domain.columns.identify import Identifier
from app.files.domain.consent.cells import Withheld
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.outside import BEYOND, REMARKS
from app.files.domain.consent.withholding import reader
from app.files.domain.headers.phrases import about_someone_else
from app.files.domain.headers.words import normalised
from app.files.domain.reading.layout import FileLayout
from app.platform.addresses import email_key, read_phone

_LONGEST: Final = 1_000
_MOST: Final = 20
_QUOTED: Final = 80
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"'|/]{1,64}@[^\s<>()\[\],;:\"'|/]{1,255}")
_NUMBERS: Final = re.compile(r"[;,|\r\n\t/]|\s(?:und|and|oder|or|et|ou|y|o|e|&)\s", re.IGNORECASE)


@dataclass(frozen=True)
class RowContext:
    """Where to look in a row.

    `refused`: see `identify.identifying`. `outside` are the `Outside` columns as (position, consent field).
    `addresses` are columns that may contain more addresses of the person. `beyond` is the column of cells to
    the right of the table, -1 if there is none.
    """

    refused: bool = False
    outside: tuple[tuple[int, str], ...] = ()
    addresses: tuple[int, ...] = ()
    beyond: int = -1


def row_context_of(layout: FileLayout, fields: Mapping[int, str]) -> RowContext:
    """Return where to look in the rows of a file with the mapping `fields` {position: field}."""
    first = len(layout.own_columns)
    outside = tuple((at, name) for at, name in fields.items() if at >= first and name in CONSENT_FIELDS)
    names = layout.outside.names
    refused = any(at - first < len(names) and names[at - first] == REMARKS for at, _ in outside)
    return RowContext(
        refused and any(fields.get(at) == "email" for at in layout.outside.remarked),
        outside,
        tuple(
            at
            for at, name in enumerate(layout.own_columns)
            if layout.header is None or about_someone_else(normalised(name)) is None
        ),
        next((first + at for at, name in enumerate(names) if name == BEYOND), -1),
    )


def quoting(row_context: RowContext, words: Mapping[str, str]) -> Callable[[Sequence[str], Withheld], str]:
    """Return a function of a row's cells and its consent verdict: the text outside the columns that caused
    it, empty if a column did. `words` are the answers about consent values."""
    readers = [(at, reader(field, words)) for at, field in row_context.outside]

    def quoted(cells: Sequence[str], withheld: Withheld) -> str:
        return next((cells[at].strip()[:_QUOTED] for at, read in readers if read(cells[at]) == withheld), "")

    return quoted


def other_keys(
    row_context: RowContext, identifier: Identifier, column: int, country: str | None
) -> Callable[[Sequence[str], str | None], list[str]]:
    """Return a function of a row's cells and key: the other keys by which its person may be in another row.

    Cells other than the identifier's count only if they contain nothing but addresses.
    """
    if identifier == "contact_id":
        return lambda cells, key: []
    of_cell = _numbers_in(country) if identifier == "phone" else _addresses_in
    columns = row_context.addresses if identifier == "email" else ()

    def others(cells: Sequence[str], key: str | None) -> list[str]:
        found = dict.fromkeys(of_cell(cells[column][:_LONGEST]))
        for at in columns:
            if at != column and "@" in cells[at]:
                found.update(dict.fromkeys(_addresses_only(cells[at][:_LONGEST])))
        if identifier == "email" and row_context.beyond >= 0:
            found.update(dict.fromkeys(_addresses_in(cells[row_context.beyond][:_LONGEST])))
        found.pop(key or "", None)
        return list(found)[:_MOST]

    return others


def _addresses_in(cell: str) -> Iterator[str]:
    for text in _ADDRESS.findall(cell)[:_MOST]:
        key = email_key(text.strip("."))
        if isinstance(key, str):
            yield key


def _addresses_only(cell: str) -> list[str]:
    """Return the addresses of a cell that contains nothing else."""
    rest = _ADDRESS.sub("", cell)
    return list(_addresses_in(cell)) if not any(map(str.isalnum, rest)) else []


def _numbers_in(country: str | None) -> Callable[[str], Iterator[str]]:
    def numbers(cell: str) -> Iterator[str]:
        for part in _NUMBERS.split(cell)[:_MOST]:
            if key := read_phone(part, country).key:
                yield key

    return numbers

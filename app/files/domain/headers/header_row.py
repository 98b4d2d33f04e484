"""Detection of where the table starts: notes above it, a header row, or data from the first line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.files.domain.headers.words import meaning_of
from app.platform.addresses import email_key

_FURTHEST_HEADER = 30
MOST_NAMES = 500


@dataclass(frozen=True)
class Record:
    """Cells of a record near the start of the file, its first physical line, and the line after its last."""

    line: int
    next_line: int
    cells: list[str]


def find_header(records: Sequence[Record]) -> int | None:
    """Return the index of the header row among the first records; None if there is none.

    The header is above the first row with an address. It is the row with the most known field names, or else
    the first that is as wide as the table and consists of words only.
    """
    width = table_width(records)
    found = _first_header(records, width)
    if found is None:
        return None
    return _largest_table(records, found)


def names_fields(filled: Sequence[str], share: float = 0.5) -> bool:
    """Return whether cells name fields: more than `share` of them are known, including an identifying
    field."""
    if not 1 < len(filled) <= MOST_NAMES or any(map(_is_value, filled)):
        return False
    known = 0
    identifies = False
    for cell in filled:
        meaning = meaning_of(cell) if len(cell) <= 60 else None
        if meaning is not None:
            known += 1
            identifies = identifies or meaning[0] in ("email", "phone", "contact_id")
    return identifies and known > share * len(filled) and (known > 1 or share < 0.5)


def _largest_table(records: Sequence[Record], found: int) -> int:
    """Of several tables with headers of their own, return the header of the one with the most contacts."""
    headers = [found]
    for i in range(found + 1, len(records)):
        titled = sum(map(bool, records[i - 1].cells)) == 1
        if names_fields([cell for cell in records[i].cells if cell], share=0.05 if titled else 0.5):
            headers.append(i)
    if len(headers) == 1:
        return found
    contacts: Counter[tuple[str, ...]] = Counter()
    for start, end in zip(headers, [*headers[1:], len(records)], strict=True):
        name = tuple(records[start].cells)
        contacts[name] += sum(_has_address(record.cells) for record in records[start + 1 : end])
    return max(headers, key=lambda i: (contacts[tuple(records[i].cells)], -i))


def _first_header(records: Sequence[Record], width: int) -> int | None:
    first_data = next((i for i, record in enumerate(records) if _has_address(record.cells)), len(records))
    candidates = list(range(min(first_data, _FURTHEST_HEADER, len(records))))
    if not candidates:
        return None
    known = {i: _known_names(records[i].cells) for i in candidates}
    best = max(candidates, key=lambda i: (known[i], -i))
    if known[best]:
        return best
    address_column = _address_column(records[first_data].cells) if first_data < len(records) else None
    for i in candidates:
        if _could_be_header(records[i].cells, width, address_column):
            return i
    return None


def first_data_row(records: Sequence[Record]) -> int:
    """Return where data starts in a file without a header: after notes, which are narrower than the table."""
    width = table_width(records)
    if width == 1:
        return 0
    for i, record in enumerate(records[:_FURTHEST_HEADER]):
        if _has_address(record.cells) or sum(map(bool, record.cells)) * 2 >= width:
            return i
    return 0


def table_width(records: Sequence[Record]) -> int:
    """Return the most frequent number of cells; the larger one if tied."""
    widths = Counter(len(record.cells) for record in records)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0] if widths else 0


def data_width(records: Sequence[Record], at_least: int) -> int:
    """Return the width of rows below a header; more than the header's only if most rows are wider."""
    widths = Counter(
        max((i for i, cell in enumerate(record.cells, 1) if cell), default=0) for record in records
    )
    wider = sorted(width for width in widths.elements() if width > at_least)
    return wider[-1] if len(wider) * 2 > len(records) else at_least


def column_names(header: Sequence[str] | None, width: int) -> list[str]:
    """Return unique column names: "Column 3" for an empty one, "Email (2)" for a second "Email"."""
    names: list[str] = []
    seen: set[str] = set()
    for position in range(max(width, len(header or ()))):
        given = header[position] if header is not None and position < len(header) else ""
        plain = " ".join(given.split()) or f"Column {position + 1}"
        name, copy = plain, 2
        while name in seen:
            name, copy = f"{plain} ({copy})", copy + 1
        seen.add(name)
        names.append(name)
    return names


def column_of_addresses(records: Sequence[Record]) -> int:
    """Return the column with the most addresses; -1 if there are none."""
    columns = Counter(_address_column(record.cells) for record in records)
    del columns[None]
    return max(columns.items(), key=lambda item: (item[1], -(item[0] or 0)))[0] or 0 if columns else -1


def _has_address(cells: Sequence[str]) -> bool:
    return _address_column(cells) is not None


def _address_column(cells: Sequence[str]) -> int | None:
    for position, cell in enumerate(cells):
        if "@" in cell and any(isinstance(email_key(part), str) for part in cell.replace(":::", " ").split()):
            return position
    return None


def _known_names(cells: Sequence[str]) -> int:
    """Return how many cells are known field names; 0 for a row with numbers or an address."""
    if any(_is_value(cell) for cell in cells):
        return 0
    return sum(len(cell) <= 60 and meaning_of(cell) is not None for cell in cells)


def _could_be_header(cells: Sequence[str], width: int, address_column: int | None) -> bool:
    """Return whether a row without known names could be a header: distinct words for nearly every column."""
    filled = [cell for cell in cells if cell.strip()]
    if len(cells) < width or len(filled) * 4 < width * 3 or len(set(filled)) < len(filled):
        return False
    if address_column is not None and not (address_column < len(cells) and cells[address_column].strip()):
        return False
    return not any(_is_value(cell) or len(cell) > 60 for cell in filled)


def _is_value(cell: str) -> bool:
    """Return whether a cell is data: numbers, dates, phone numbers, and anything with an @ are never
    names."""
    digits = sum(character.isdigit() for character in cell)
    return "@" in cell or digits * 2 > len(cell.strip())

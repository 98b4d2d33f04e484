"""Detection of the delimiter: comma, semicolon, tab, or pipe."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from app.files.domain.text.blanks import closer
from app.platform.addresses import email_key

DELIMITERS: Final = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"\"?sep=(?P<delimiter>.)\"?\s*\Z", re.IGNORECASE | re.DOTALL)


def delimiter_of_sep_line(line: str) -> str | None:
    """Return the delimiter named by Excel's first line `sep=;`; None for any other line."""
    found = _SEP_LINE.match(line)
    if found is None or found["delimiter"] in '\r\n"':
        return None
    return found["delimiter"]


def sniff_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that splits most rows into the same number of cells; a comma for a single column.

    Ties are broken by the number of rows with a cell that is an address, then by the number of cells.
    """
    return max(DELIMITERS, key=lambda delimiter: _fitness(lines, delimiter))


def _fitness(lines: Sequence[str], delimiter: str) -> tuple[float, float, int]:
    closed = map(closer(delimiter), lines)
    try:
        rows = [row for row in csv.reader(closed, delimiter=delimiter, skipinitialspace=True) if any(row)]
    except csv.Error:
        return 0, 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0, 0
    width, alike = max(widths.items(), key=lambda item: (item[1], item[0]))
    with_address = sum(any("@" in cell and isinstance(email_key(cell), str) for cell in row) for row in rows)
    # Rounded to tenths, so that a few ragged rows do not outweigh addresses.
    return round(alike / len(rows), 1), with_address / len(rows), width

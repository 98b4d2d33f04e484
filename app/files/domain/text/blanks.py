"""Blanks between a delimiter and a quotation mark, as in `"Lee, Ann", "Berlin"`, which occur in hand-made
files.

The csv module would treat the quotation mark as text and split the cell at its comma. It can skip spaces
itself; tabs and no-break spaces are removed here before it sees the line.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Literal

Blanks = Literal["", "spaces", "all"]
_BLANKS: Final = " \t\xa0\u2007\u202f\u3000"
_BEFORE_MARK = re.compile(rf'([{_BLANKS}]+)"')


def sniff_blanks(lines: Sequence[str], delimiter: str) -> Blanks:
    """Detect which blanks before a quotation mark are not part of the cell.

    These are the ones that occur, if row widths are at least as uniform without them; and spaces if every
    cell except the first starts with one, because a quoted cell may follow further down.
    """
    rows = _rows(lines, delimiter)
    later = [cell for row in rows for cell in row[1:] if cell]
    found = {blank for row in rows for cell in row if (mark := _BEFORE_MARK.match(cell)) for blank in mark[1]}
    if not found:
        return "spaces" if len(later) > 1 and all(cell[0] == " " for cell in later) else ""
    blanks: Blanks = "spaces" if found == {" "} else "all"
    close_up = closer(delimiter)
    closed = _rows([close_up(line) for line in lines], delimiter)
    return blanks if _evenness(closed) >= _evenness(rows) else ""


def closer(delimiter: str) -> Callable[[str], str]:
    """Return a function that removes these blanks from the lines of a file, called in order."""
    blank = _BLANKS.replace(delimiter, "")
    between = re.escape(delimiter)
    field = re.compile(rf'([{blank}]+(?="))?("[^"]*(?:""[^"]*)*("?))?[^{between}]*(?:{between}|\Z)')
    rest_of_cell = re.compile(rf'[^"]*(?:""[^"]*)*("?)[^{between}]*(?:{between}|\Z)')
    inside = False

    def close_up(line: str) -> str:
        nonlocal inside
        if '"' not in line:
            return line
        at, parts = 0, []
        while at < len(line):
            pattern = rest_of_cell if inside else field
            found = pattern.match(line, at)
            if found is None or found.end() == at:
                break
            if inside:
                inside = not found[1]
                parts.append(found[0])
            else:
                inside = bool(found[2]) and not found[3]
                parts.append(line[at + len(found[1] or "") : found.end()])
            at = found.end()
        return "".join(parts) + line[at:]

    return close_up


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a quotation mark that is never closed: use what was read so far
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if any(row))
    return rows


def _evenness(rows: Sequence[Sequence[str]]) -> float:
    widths = Counter(len(row) for row in rows)
    return max(widths.values(), default=0) / max(1, len(rows))

"""Protection against formula injection in downloads, reversible when a file is uploaded again.

`unguarded(guarded(value)) == value` for every value. For every cell of a user's own file, which a download
changes only if it is dangerous, `unguarded(guarded_cell(raw)) == unguarded(raw)`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

# Characters that start a formula, with the fullwidth, small, superscript, and subscript variants that some
# programs accept: all Unicode compatibility equivalents, and the minus sign.
_SIGNS: Final = (
    r"=+\-@\u207a-\u207c\u208a-\u208c\u2212\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)
# Characters that programs skip or people cannot see before a sign: whitespace, control characters, and
# zero-width characters.
_UNSEEN: Final = (
    r"\s\x00-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[{_SIGNS}]")
# Names such as 's-Gravenhage and 't Hart start with an apostrophe that is not a guard.
_OWN_APOSTROPHE = re.compile(r"'(?:s|t|n|k|m|r|em)[- ]", re.IGNORECASE)
_AFTER_OWN: Final = frozenset("- mM")
_FLUSH_AT: Final = 64 * 1024


def unguarded(cell: str) -> str:
    """Remove the leading apostrophe that guards a cell."""
    if cell[:1] == "'" and not (cell[2:3] in _AFTER_OWN and _OWN_APOSTROPHE.match(cell)):
        return cell[1:]
    return cell


def guarded(value: str) -> str:
    """Return a value as a safe cell: an apostrophe before formulas, and before whatever `unguarded` would
    strip."""
    if _FORMULA.match(value) or unguarded(value) != value:
        return "'" + value
    return value


def guarded_cell(raw: str) -> str:
    """Return a raw cell of the user's own file as a safe cell; guarded cells are left unchanged."""
    return "'" + raw if _FORMULA.match(raw) else raw


def csv_chunks(rows: Iterable[Iterable[str]], delimiter: str = ",") -> Iterator[bytes]:
    """Yield a CSV file of guarded cells in chunks of about 64 kB.

    UTF-8 with a byte-order mark, which Excel needs; every cell is quoted, so that any delimiter opens
    correctly.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > _FLUSH_AT:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return chunk

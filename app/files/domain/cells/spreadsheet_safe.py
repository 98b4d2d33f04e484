"""Cells that a spreadsheet would run as a formula, made harmless in downloads and read back unchanged.

A pair: `unguarded(guarded(value)) == value` for every value, and for every cell of a user's own file,
which a download changes only where it is dangerous, `unguarded(guarded_cell(raw)) == unguarded(raw)`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

# The signs that begin a formula, with the wide, small, raised and lowered forms that some programs take for
# them: every character that Unicode holds for another form of one, and the minus sign.
_SIGNS: Final = (
    r"=+\-@\u207a-\u207c\u208a-\u208c\u2212\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)
# What programs drop, or people do not see, before they see a sign: blanks of every kind, control characters,
# and characters without a width.
_UNSEEN: Final = (
    r"\s\x00-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[{_SIGNS}]")
# 's-Gravenhage and 't Hart begin with an apostrophe of their own, which nobody put there for a spreadsheet.
_OWN_APOSTROPHE = re.compile(r"'(?:s|t|n|k|m|r|em)[- ]", re.IGNORECASE)
_AFTER_OWN: Final = frozenset("- mM")
_FLUSH_AT: Final = 64 * 1024


def unguarded(cell: str) -> str:
    """What a cell means: without the one leading apostrophe that guards it."""
    if cell[:1] == "'" and not (cell[2:3] in _AFTER_OWN and _OWN_APOSTROPHE.match(cell)):
        return cell[1:]
    return cell


def guarded(value: str) -> str:
    """The cell for a value: an apostrophe in front of a formula, and of whatever reading would strip."""
    if _FORMULA.match(value) or unguarded(value) != value:
        return "'" + value
    return value


def guarded_cell(raw: str) -> str:
    """A cell of the user's own file, as it stood there, made harmless: guarded ones stay as they are."""
    return "'" + raw if _FORMULA.match(raw) else raw


def csv_chunks(rows: Iterable[Iterable[str]], delimiter: str = ",") -> Iterator[bytes]:
    """Cells that are already guarded, as a file: some 64 kB at a time.

    UTF-8 with its mark, which Excel needs; every cell in quotes, so that no other delimiter opens one.
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

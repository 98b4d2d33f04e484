"""Characters that nobody sees, and cells cut to a length that is safe to work on.

A cell of a file may have 131,072 characters. Whatever expands, splits or normalizes a cell cuts it first, so
that the cost of a cell is bounded whatever it holds.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_CELL: Final = 4096
"""Characters of a cell that are looked at when an address or a number is read from it."""

# Format characters (zero-width spaces, direction marks, soft hyphens, byte order marks), control characters
# and every kind of blank except the plain one.
_BLANKS: Final = "".join(
    character
    for character in map(chr, range(0x10000))
    if unicodedata.category(character) in ("Zs", "Zl", "Zp") or character.isspace()
)
_UNSEEN: Final = "".join(
    character for character in map(chr, range(0x10000)) if unicodedata.category(character) in ("Cf", "Cc")
)
_TAGS: Final = "".join(map(chr, range(0xE0000, 0xE0080)))
INVISIBLE: Final = frozenset(_BLANKS + _UNSEEN + _TAGS) - {" "}
"""Characters that a person cannot see, or takes for a plain blank."""

_OUTER: Final = "".join(sorted(INVISIBLE)) + " "
_INVISIBLE_OR_NOT: Final = {ord(character): None for character in INVISIBLE}
_SHOWN_BEFORE: Final = 20


def trimmed(text: str) -> str:
    """Without blanks and invisible characters at both ends; linear in the length of the text."""
    return text.strip(_OUTER)


def without_invisible(text: str) -> str:
    """Without invisible characters anywhere; plain blanks stay."""
    return text.translate(_INVISIBLE_OR_NOT)


def after_what(text: str) -> str | None:
    """What stands directly before the first invisible character inside a text, at most 20 characters; None
    when there is none."""
    inner = trimmed(text[:LONGEST_CELL])
    if inner.isascii() and inner.isprintable():
        return None
    for place, character in enumerate(inner):
        if character in INVISIBLE:
            return inner[max(0, place - _SHOWN_BEFORE) : place]
    return None


def unquoted(cell: str) -> str:
    """`="x"`, as spreadsheets keep a text from being taken for a number, is x."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"')
    return cell

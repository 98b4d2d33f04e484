"""Invisible characters, trimming, and the length limit for reading a cell.

A cell can have 131,072 characters. Code that expands, splits, or normalizes a cell truncates it first, so
that the cost per cell is bounded.
"""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_CELL_LENGTH: Final = 4096
"""Maximum number of characters of a cell that are searched for an address or a number."""

# INVISIBLE has format characters (zero-width spaces, direction marks, soft hyphens, byte order marks),
# control characters, and all whitespace except the plain space. Blocks of Chinese and Korean letters,
# surrogates and private characters, half of the code points, have none and are not looked at.
_CODE_POINTS: Final = (*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000))
_INVISIBLE_KINDS: Final = frozenset(("Zs", "Zl", "Zp", "Cf", "Cc"))
_FOUND: Final = "".join(
    character for character in map(chr, _CODE_POINTS) if unicodedata.category(character) in _INVISIBLE_KINDS
)
_TAGS: Final = "".join(map(chr, range(0xE0000, 0xE0080)))
INVISIBLE: Final = frozenset(_FOUND + _TAGS) - {" "}
"""Characters that are invisible or look like a plain space."""

_OUTER: Final = "".join(sorted(INVISIBLE)) + " "
_DELETE_INVISIBLE: Final = {ord(character): None for character in INVISIBLE}
_MAX_SHOWN: Final = 20


def trimmed(text: str) -> str:
    """Strip whitespace and invisible characters from both ends, in linear time."""
    return text.strip(_OUTER)


def without_invisible(text: str) -> str:
    """Remove all invisible characters; plain spaces stay."""
    return text.translate(_DELETE_INVISIBLE)


def text_before_invisible(text: str) -> str | None:
    """Return up to 20 characters before the first invisible character inside a text, or None."""
    inner = trimmed(text[:MAX_CELL_LENGTH])
    if inner.isascii() and inner.isprintable():
        return None
    for place, character in enumerate(inner):
        if character in INVISIBLE:
            return inner[max(0, place - _MAX_SHOWN) : place]
    return None


def unquoted(cell: str) -> str:
    """Convert `="x"`, which spreadsheets use to keep numbers as text, to x; return other cells unchanged."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"')
    return cell

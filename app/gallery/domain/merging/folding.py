"""Compared texts in short: long passages that are the same, or new as a whole, are cut."""

from collections.abc import Sequence
from typing import Final

from app.gallery.domain.merging.wording import Piece

MOST_SAME: Final = 280
AROUND: Final = 110
"""Characters that stay before and after what differs."""
MOST_CHANGED: Final = 900
CUT: Final = " … "


def folded(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with what differs, and some words around it."""
    last = len(pieces) - 1
    return [_short(piece, is_first=at == 0, is_last=at == last) for at, piece in enumerate(pieces)]


def _short(piece: Piece, *, is_first: bool, is_last: bool) -> Piece:
    text = piece.text
    if piece.kind != "same":
        return piece if len(text) <= MOST_CHANGED else Piece(piece.kind, _start(text, MOST_CHANGED) + CUT)
    if len(text) <= MOST_SAME:
        return piece
    start = "" if is_first and not is_last else _start(text, AROUND)
    end = "" if is_last else _start(text[::-1], AROUND)[::-1]
    return Piece("same", f"{start}{CUT}{end}")


def _start(text: str, most: int) -> str:
    """Return whole words from the beginning of a text."""
    return text[:most].rpartition(" ")[0] or text[:most]

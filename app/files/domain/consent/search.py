"""Search for cells that are about consent in any column of a file.

Most cells contain none of these words, so whole chunks of a column are searched at once: first for single
words, then for phrases; only cells with a match are judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from app.files.domain.cells.profile import MAX_VALUE_LENGTH, trimmed
from app.files.domain.consent.cells import is_clear, stops
from app.files.domain.consent.phrases import PHRASES
from app.files.domain.consent.remark_words import BOUNCES, REFUSERS
from app.files.domain.consent.words import CLEAR_BLOCKED, CLEAR_BOUNCED, CLEAR_JOINED, CLEAR_NO, TELLING
from app.files.domain.headers.words import normalised
from app.platform.addresses.text import MAX_CELL_LENGTH

_MARKS: Final = "-_.,;:/|()[]{}\"'!?<>&+*#=~^%$`\\"
_OTHER_MARKS: Final = "\u2018’“”„«»…→•\u00a0\u3000"
_UNSEEN: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_PARTING: Final = " ,;|-_"  # separators; without any of them a chunk contains single words
_LONG: Final = 1_000_000  # characters of a chunk, beyond which its cells are truncated
# Frequent words; a phrase is indexed by another of its words if it has one.
_COMMON: Final = frozenset(b"no not do de the be to from in a e list call mail email contact".split())
_PLAIN: Final = bytes(ord(" ") if chr(byte) in _MARKS else byte for byte in range(256)).lower()
_LETTER: Final = re.compile("[A-Za-z]")
_PIECES: Final = re.compile(r"[.!?\n\r;|]+")


def clear_cells(cells: Sequence[str]) -> dict[str, int]:
    """Return {text: count} of the cells that are about consent regardless of their column, as kept in a
    profile. Of a long text, the sentence that says so."""
    joined = "\n".join(cells)
    if joined.isascii() and not _LETTER.search(joined):
        return {}
    if joined.count("@") * 2 > len(cells):
        cells = [cell for cell in cells if "@" not in cell or " " in cell]  # addresses contain no words
        joined = "\n".join(cells)
    if len(joined) > _LONG and any(mark in joined for mark in _PARTING):
        joined = "\n".join(cell[:MAX_CELL_LENGTH] for cell in cells)
    sought = _sought()
    words = _words_of(joined)
    keys = sought.words.intersection(words)
    joint = [] if joined.isascii() else [phrase for phrase in sought.joined if phrase in joined]
    found = {text: cells.count(text) for text in sought.alone.intersection(cells)}
    if not (keys or joint):
        return found
    text = b" %s " % b" ".join(words)
    phrases = [phrase for key in keys for phrase in sought.keys[key] if phrase in text]
    if not (phrases or joint):
        return found
    for cell, count in Counter(cells).items():
        if cell and cell not in found and (clear := _clear(cell[:MAX_CELL_LENGTH], phrases, joint)):
            found[clear] = found.get(clear, 0) + count
    return found


def _clear(cell: str, phrases: Sequence[bytes], joint: Sequence[str]) -> str | None:
    for piece in (cell,) if len(cell) <= MAX_VALUE_LENGTH else _pieces(cell):
        is_likely = any(phrase in piece for phrase in joint) or _holds(piece, phrases)
        if is_likely and is_clear(text := trimmed(piece)):
            return text
    return None


def _pieces(cell: str) -> Iterator[str]:
    """Split a long text into sentences, and these into parts that can be judged."""
    for sentence in _PIECES.split(cell):
        for start in range(0, len(sentence), MAX_VALUE_LENGTH // 2):
            yield sentence[start : start + MAX_VALUE_LENGTH]


def _holds(cell: str, phrases: Sequence[bytes]) -> bool:
    text = b" %s " % b" ".join(_words_of(cell))
    return any(phrase in text for phrase in phrases)


def _words_of(text: str) -> list[bytes]:
    """Return the lowercase words of a text without punctuation, as bytes, which are faster to split."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).lower()
        for mark in _UNSEEN:
            text = text.replace(mark, "")
        for mark in _OTHER_MARKS:
            text = text.replace(mark, " ")
    return text.encode("utf-8", "surrogatepass").translate(_PLAIN).split()


def _key(words: Sequence[bytes]) -> bytes:
    """Return the word of a phrase that is likely to be in the fewest other cells."""
    return max(words, key=lambda word: (word.rstrip(b"s") not in _COMMON, len(word)))


def _phrases() -> Iterator[list[bytes]]:
    listed = (one.strip() for text in _LISTS for line in text.splitlines() for one in line.split("|"))
    for phrase in (*listed, *PHRASES):
        if phrase:
            yield _words_of(phrase)
            yield _words_of(normalised(phrase))


_LISTS: Final = (CLEAR_NO, CLEAR_BOUNCED, CLEAR_BLOCKED, TELLING, REFUSERS, BOUNCES)


class _Sought(NamedTuple):
    """What chunks are searched for. `keys` is {word: the phrases that are indexed by it}, `alone` the
    spellings of words that count only as a whole cell, `joined` phrases of languages without spaces."""

    keys: dict[bytes, set[bytes]]
    words: frozenset[bytes]
    alone: frozenset[str]
    joined: list[str]


@cache
def _sought() -> _Sought:
    """Built on first use, because most processes never read a file."""
    keys: dict[bytes, set[bytes]] = {}
    for words in _phrases():
        keys.setdefault(_key(words), set()).add(b" %s " % b" ".join(words))
    alone = (
        f"{spelled}{end}"
        for word in stops()
        for spelled in (word, word.upper(), word.capitalize())
        for end in ("", ".", "!")
    )
    joined = [word for line in CLEAR_JOINED.splitlines() for word in map(str.strip, line.split("|")) if word]
    return _Sought(keys, frozenset(keys), frozenset(alone), joined)

"""Remarks about consent in other places: titles above rows, file names, and cells of other columns.

Most such texts are names, so only explicit wording counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from app.files.domain.consent import remark_words as words
from app.files.domain.consent import words as consent_words
from app.files.domain.consent.cells import CLEAR, is_clear, is_listed, kind_of
from app.files.domain.headers.words import normalised
from app.platform.addresses import email_key

_LONGEST: Final = 320
_LONGEST_TITLE: Final = 120
_MOST_WORDS: Final = 9
_SHORTEST_TITLE: Final = 4
_AGAINST: Final = CLEAR | {"no", "blocked", "bounced"}
_DOUBTFUL: Final = _AGAINST | {"asked", "left_out"}
_COUNT: Final = re.compile(r"\s*[:=(\[]*\s*\d[\d.,]*\s*\w{0,12}[)\]]?\s*:?\s*\Z|\s*:\s*\Z")
_GROUPS: Final = frozenset(words.GROUPS.split())
_ASIDE: Final = frozenset(map(normalised, words.listed(words.ASIDE)))
_BY_ACCIDENT: Final = frozenset(words.listed(words.BY_ACCIDENT))

# Every remark contains one of these: KEYS, and single words that are unambiguously about consent.
_KEYS: Final = frozenset(
    word.lower().encode()
    for text in (consent_words.CLEAR_NO, consent_words.CLEAR_BOUNCED, consent_words.CLEAR_BLOCKED)
    for word in (*words.KEYS.split(), *words.listed(text))
    if " " not in word
)
# Translation table to lowercase and spaces; bytes are faster to split than text.
_PLAIN: Final = bytes(
    ord(" ") if chr(byte) in "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'\t\r\n" else ord(chr(byte).lower())
    for byte in range(128)
) + bytes(range(128, 256))

_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"'|]{1,64}@[^\s<>()\[\],;\"'|]{1,255}")
_PARTS: Final = re.compile(r"[()\[\]{}<>|;,:*/!\r\n\t]+|\s[-–—]+\s|\s[-–—]+\Z|\A[-–—]+\s|\.\s")
_SHORTEST: Final = 3
_MOST_WORDS_BESIDE: Final = 7  # longer texts are sentences, which may be about anything
_AROUND: Final = ".-–—_"
_BESIDE: Final = " ([<;|,:"
_BESIDE_ADDRESS: Final = re.compile(r"[\s()\[\]<>,;|:]")


def names_refusers(text: str, *, is_file: bool = False) -> bool:
    """Return whether a title, a line above a table, or a file name (`is_file`) says that its people must not
    be contacted. A file name must say so more clearly, because users choose whom to contact."""
    title = text[: _LONGEST_TITLE + 1].strip()
    plain = normalised(title)
    if (
        not plain
        or len(title) > _LONGEST_TITLE
        or plain.count(" ") >= _MOST_WORDS
        or _pattern(words.TURNED).search(plain)
    ):
        return False
    core = plain
    if is_file or " " in plain:
        core = " ".join(
            word for word in _pattern(words.PLAIN_WORDS).sub(" ", plain).split() if word not in _GROUPS
        )
    if is_file and _pattern(words.CLEANED).search(core):
        return _pattern(words.CLEANED).match(plain) is not None
    if _pattern(words.STEMS).search(plain) or (
        not is_file and (is_clear(title) or _pattern(words.PHRASES).search(plain))
    ):
        return True
    return any(_is_against(one, is_file) for one in (plain, core) if one)


@cache
def _pattern(lines: str) -> re.Pattern[str]:
    return re.compile(words.pattern(lines))


def _is_against(plain: str, is_file: bool) -> bool:
    if not is_listed(plain) or len(plain) < _SHORTEST_TITLE:
        return False
    return kind_of(plain) in (_AGAINST if is_file else _DOUBTFUL) and not (is_file and plain in _BY_ACCIDENT)


def title_of(text: str) -> str:
    """Return a title without a trailing count: `Unsubscribed (12):` → Unsubscribed."""
    plain = " ".join(text[:_LONGEST].split()).strip(" -–—=_*#~>")
    return _COUNT.sub("", plain)[:_LONGEST_TITLE].strip() or plain[:_LONGEST_TITLE]


def begins_plain_group(title: str) -> bool:
    """Return whether a title names a group without saying no, or one that said yes."""
    plain = normalised(title)
    return bool(_GROUPS.intersection(plain.split())) or kind_of(plain) in ("yes", "clear_yes", "plain_yes")


def may_hold_remarks(text: str) -> bool:
    """Return whether a text may contain remarks; a fast test."""
    if not text.isascii():
        if any(piece in text for piece in words.PIECES):
            return True
        text = text.lower().replace("’", " ")
    return not _KEYS.isdisjoint(text.encode("utf-8", "replace").translate(_PLAIN).split())


class RemarkFinder:
    """Collects the columns of a file that contain remarks."""

    def __init__(self) -> None:
        self.found: set[int] = set()

    def look(self, at: int, cells: Sequence[str]) -> None:
        """Examine some cells of the column at this position. For most columns this costs little more than a
        join."""
        if at in self.found:
            return
        text = "\n".join(cells)
        if text.count("@") * 2 > len(cells) and not any(mark in text for mark in _BESIDE):
            return  # only addresses
        if may_hold_remarks(text) and any(map(remark_in, cells)):
            self.found.add(at)


def remark_in(cell: str) -> str:
    """Return the words in a cell of names or addresses that speak against contacting the person, or that the
    user must be asked about; empty for none."""
    if len(cell) < _SHORTEST or ("@" in cell and not _BESIDE_ADDRESS.search(cell)):
        return ""
    return _remark(cell[:_LONGEST]) if may_hold_remarks(cell[:_LONGEST]) else ""


def refused_address(cell: str) -> str | None:
    """Return the key of the only address in a cell that otherwise only says no: `ann@example.org OPT OUT`;
    else None."""
    if len(cell) > _LONGEST or not (remark := remark_in(cell)):
        return None
    addresses = _ADDRESS.findall(cell)
    beside = normalised(_ADDRESS.sub(" ", cell))
    if len(addresses) != 1 or beside != normalised(remark):
        return None
    key = email_key(addresses[0].strip(_AROUND))
    return key if isinstance(key, str) else None


@lru_cache(maxsize=4_096)
def _remark(cell: str) -> str:
    has_address = "@" in cell
    text = _ADDRESS.sub(" | ", cell) if has_address else cell
    for part in _PARTS.split(text):
        part = part.strip(" -–—_.\"'")
        plain = normalised(part)
        if not plain or plain.count(" ") >= _MOST_WORDS_BESIDE:
            continue
        if plain in _ASIDE or (has_address and plain in _BY_ACCIDENT):
            return part
        if is_listed(plain) and plain not in _BY_ACCIDENT:
            kind = kind_of(plain)
            if kind in CLEAR or (has_address and kind in _DOUBTFUL):
                return part
        if found := _pattern(words.PHRASES).search(plain):
            return found[0]
    return ""

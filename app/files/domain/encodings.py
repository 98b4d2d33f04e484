"""How the bytes of a text file spell its characters: UTF-8, UTF-16 or Windows-1252, told from the bytes.

A long file of English names may show its first accent after a million bytes. So "ascii" means "no reason to
decide yet": the reader asks again at the first block that has one.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from app.files.domain.unreadable import UnreadableFile

UNDECIDED: Final = "ascii"
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


def sniff_encoding(head: bytes) -> str:
    """`utf-8`, `utf-16-le`, `utf-16-be`, `cp1252` or UNDECIDED. Raises UnreadableFile for what is no text."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    wide = _without_mark(head)
    if wide is not None:
        return wide
    if is_mostly_nul(head.count(0), len(head)) or len(_CONTROL.findall(head)) * 100 > len(head):
        raise UnreadableFile(
            "binary",
            "This is not a text file: it holds bytes that no contact file has. Export it again as CSV.",
        )
    return eight_bit(head)


def eight_bit(block: bytes) -> str:
    """UTF-8 or Windows-1252, whichever explains more of the bytes above ASCII; UNDECIDED for none."""
    if block.isascii():
        return UNDECIDED
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        sequences = _SEQUENCE.findall(block)
        stray = len(_NOT_ASCII.findall(block)) - sum(map(len, sequences))
        return "utf-8" if sequences and len(sequences) >= stray else "cp1252"
    return "utf-8"


def is_mostly_nul(nul: int, length: int) -> bool:
    """Single NUL bytes are an exporter's slip and are left out; a tenth of a block is a damaged file."""
    return nul > 16 and nul * 10 > length


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: Latin text has a NUL in every other byte."""
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd * 2 > pairs and even * 20 < pairs:
        return "utf-16-le"
    if even * 2 > pairs and odd * 20 < pairs:
        return "utf-16-be"
    return None

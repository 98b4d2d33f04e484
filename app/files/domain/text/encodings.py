"""Text encodings of files: detected from the bytes, or chosen by the user.

A long file of English names may have its first accent after a megabyte. "ascii" therefore means undecided:
everything read so far is ASCII. `Evidence` sees the whole file and keeps only what decides.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from app.files.domain.text.alphabets import likeliest
from app.files.domain.text.unreadable import UnreadableFile

UNDECIDED: Final = "ascii"
# {codec name: label}, labeled as in spreadsheet programs.
ENCODINGS: Final[dict[str, str]] = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big-endian)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "iso8859-2": "ISO-8859-2 (Central European)",
    "iso8859-15": "ISO-8859-15 (Western European)",
    "iso8859-5": "ISO-8859-5 (Cyrillic)",
    "iso8859-7": "ISO-8859-7 (Greek)",
    "iso8859-9": "ISO-8859-9 (Turkish)",
    "mac-roman": "Mac Roman",
    "mac-cyrillic": "Mac Cyrillic",
    "koi8-r": "KOI8-R (Russian)",
    "koi8-u": "KOI8-U (Ukrainian)",
    "cp850": "DOS 850 (Western European)",
    "cp852": "DOS 852 (Central European)",
    "cp866": "DOS 866 (Cyrillic)",
    "cp874": "Windows-874 (Thai)",
    "cp932": "Shift_JIS (Japanese)",
    "euc-jp": "EUC-JP (Japanese)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "gb18030": "GBK / GB 18030 (Simplified Chinese)",
    "big5hkscs": "Big5 (Traditional Chinese)",
    "cp949": "EUC-KR (Korean)",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32 (big-endian)",
}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Matches at the start of a line only, so that a long ASCII line is scanned once.
_LINE_BEYOND_ASCII = re.compile(rb"(?:(?<=[\r\n])|\A)[^\r\n\x80-\xff]*+[\x80-\xff][^\r\n]*+")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
# {Python's codec name: the entry in ENCODINGS that is equal to it or a superset}.
_SAME: Final = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
    "euc_jp": "euc-jp",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
}
_ASCII: Final = bytes(range(128))
_EVIDENCE: Final = 32 * 1024


def label_of(encoding: str) -> str:
    """Return the display name of an encoding."""
    return ENCODINGS.get(encoding, "ASCII")


def encoding_named(name: str) -> str | None:
    """Return the key in ENCODINGS for any usual name of an encoding; None if it is unknown."""
    plain = name.strip().lower()
    if plain in ENCODINGS:
        return plain
    try:
        codec = codecs.lookup(plain).name
    except (LookupError, ValueError):
        return None
    codec = _SAME.get(codec, codec)
    return codec if codec in ENCODINGS else None


def sniff_encoding(head: bytes) -> str:
    """Return one of ENCODINGS, or UNDECIDED. Raises UnreadableFile for binary data."""
    fixed = fixed_encoding(head)
    return fixed or eight_bit(head)


def fixed_encoding(head: bytes) -> str | None:
    """Return the encoding that the first bytes determine: by byte-order mark, NUL bytes, or escape sequences.

    Raises UnreadableFile for binary data.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    wide = _without_mark(head)
    if wide is not None:
        return wide
    if is_mostly_nul(head.count(0), len(head)) or len(_CONTROL.findall(head)) * 100 > len(head):
        raise UnreadableFile(
            "binary",
            "This isn’t a text file: it contains bytes no contact file has. Export it again as CSV.",
        )
    return "iso2022_jp" if b"\x1b$" in head and head.isascii() else None


def eight_bit(block: bytes) -> str:
    """Return the encoding of bytes without a mark: UTF-8 if it explains most of them; UNDECIDED for ASCII."""
    evidence = Evidence()
    evidence.add(block)
    return evidence.encoding()


class Evidence:
    """Collects what decides the encoding of a file, block by block, in bounded memory."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_ascii = True
        self._sequences = 0
        self._stray = 0
        self._lines: list[bytes] = []
        self._telling: list[bytes] = []
        self._seen: set[int] = set()
        self._kept = 0

    def add(self, block: bytes) -> None:
        """Examine the next block."""
        if block.isascii() and not self._utf8.getstate()[0]:
            return
        self._is_ascii = False
        self._count(block)
        if self._stray and (
            self._kept < _EVIDENCE or not self._seen.issuperset(block.translate(None, _ASCII))
        ):
            self._keep(block)

    def encoding(self) -> str:
        """Return UTF-8 or a legacy encoding; UNDECIDED if everything is ASCII."""
        if self._is_ascii:
            return UNDECIDED
        if self._sequences >= self._stray:
            return "utf-8"
        return likeliest(b"\n".join([*self._telling, *self._lines]))

    def _count(self, block: bytes) -> None:
        if self._stray > 1000 + 10 * self._sequences:
            return  # certainly not UTF-8
        try:
            self._utf8.decode(block)
        except UnicodeDecodeError:
            self._utf8.reset()
            good = _SEQUENCE.findall(block)
            self._sequences += len(good)
            self._stray += len(block.translate(None, _ASCII)) - sum(map(len, good))
        else:
            self._sequences += len(block.translate(None, _ASCII)) // 2

    def _keep(self, block: bytes) -> None:
        """Keep non-ASCII lines while there are few, then only those with a byte that no kept line
        contains."""
        for found in _LINE_BEYOND_ASCII.finditer(block):
            line = found[0][:1000]
            fresh = set(line.translate(None, _ASCII)) - self._seen
            if fresh:
                self._seen |= fresh
                self._telling.append(line)
            elif self._kept < _EVIDENCE:
                self._lines.append(line)
                self._kept += len(line)


def is_mostly_nul(nul: int, length: int) -> bool:
    """Return whether a text has so many NUL characters (over a tenth) that it is damaged; single ones are
    ignored."""
    return nul > 16 and nul * 10 > length


def _without_mark(head: bytes) -> str | None:
    """Detect UTF-16 without a byte-order mark: many zeros in every other byte, and hardly any in between."""
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0 : 2 * pairs : 2], head[1 : 2 * pairs : 2]
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) * 8 > pairs and others.count(0) * 20 < pairs:
            text = head[: 2 * pairs].decode(encoding, "replace")
            strange = sum(not (one.isprintable() or one in "\t\r\n\ufeff\0") for one in text[:4000])
            if strange * 50 <= min(len(text), 4000):
                return encoding
    return None

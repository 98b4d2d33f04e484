"""A byte stream as a stream of lines with their line ends, in bounded memory.

Works block by block, so that decoding and splitting are done in C.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from typing import Final, Protocol

from app.files.domain.text.blanks import closer
from app.files.domain.text.encodings import UNDECIDED, eight_bit, is_mostly_nul
from app.files.domain.text.garbled import may_be_garbled

BLOCK: Final = 256 * 1024
MAX_LINE_LENGTH: Final = 1024 * 1024
ROW_END: Final = "\x1e"  # separates rows in the text of a worksheet, whose cells may contain line breaks
_CUT_IN_CHARACTER: Final = frozenset(("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))


class Readable(Protocol):
    """A stream with `read`, which may return fewer bytes than requested."""

    def read(self, size: int, /) -> bytes: ...


class DamagedText(Exception):
    """The next line cannot be read. Raised between two lines; the table reader adds the row number."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_block(stream: Readable) -> bytes:
    """Read exactly BLOCK bytes, or what is left, so that a file is always split at the same places."""
    block = stream.read(BLOCK)
    if len(block) == BLOCK or not block:
        return block
    parts = [block]
    missing = BLOCK - len(block)
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class Lines:
    """Iterator over the lines of a stream, ending with an empty one, by which the reader detects an open
    quote.

    `encoding` is final after the first non-ASCII block. `wrapped`: a cell so far may start with an apostrophe
    or be written as `="x"`. `garbled`: a cell may be garbled; `accented`: a cell is not ASCII; `closer`:
    either of these two, which are only tracked with `look`. `close_up`: blanks before quotation marks are
    removed. `by_row`: lines end with ROW_END.
    """

    def __init__(
        self,
        head: bytes,
        rest: Readable,
        encoding: str,
        delimiter: str,
        *,
        close_up: bool = False,
        by_row: bool = False,
        look: bool = False,
    ) -> None:
        self.encoding = encoding
        self.wrapped = False
        self.garbled = False
        self.accented = False
        self.closer = False
        self._wants_accents = True
        self._starts = ('="', *(before + "'" for before in (delimiter, '"', "\n", "\r", ROW_END)))
        self._head = head
        self._rest = rest
        self._close_up = closer(delimiter) if close_up else None
        self._by_row = by_row
        self._look = look

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def enough_accents(self) -> None:
        """Stop looking for non-ASCII cells."""
        self.accented = self._wants_accents = False
        self.closer = self.garbled

    def _blocks(self) -> Iterator[list[str]]:
        tail = ""
        for text, damage in self._texts():
            if not tail and text.startswith("'"):
                self.wrapped = True
            text = tail + text
            if not self.wrapped and any(start in text for start in self._starts):
                self.wrapped = True
            if self._look:
                self.accented = self.accented or (self._wants_accents and not text.isascii())
                self.garbled = self.garbled or may_be_garbled(text)
                self.closer = self.accented or self.garbled
            lines = text.split(ROW_END) if self._by_row else StringIO(text, newline="").readlines()
            # The last line may continue in the next block, and a CR may be half of a CRLF.
            tail = lines.pop() if lines else ""
            if damage is None and len(tail) > MAX_LINE_LENGTH:
                damage = DamagedText("line_too_long", "has a line of more than a million characters")
            if self._close_up is not None:
                lines = list(map(self._close_up, lines))
            yield lines
            if damage is not None:
                raise damage
        if tail and self._close_up is not None:
            tail = self._close_up(tail)
        yield [tail, ""] if tail else [""]

    def _texts(self) -> Iterator[tuple[str, DamagedText | None]]:
        decoder: codecs.IncrementalDecoder | None = None
        first = True
        block = self._head
        while True:
            if self.encoding == UNDECIDED:
                self.encoding = eight_bit(block)
                decoder = None
            if decoder is None:
                decoder = codecs.getincrementaldecoder(self.encoding)("replace")
            text, damage = _decoded(decoder, block, self.encoding)
            if first:
                text = text.lstrip("\ufeff")
                first = False
            yield text, damage
            if not block:
                return
            block = read_block(self._rest)


def _decoded(
    decoder: codecs.IncrementalDecoder, block: bytes, encoding: str
) -> tuple[str, DamagedText | None]:
    """Decode a block. Invalid bytes become U+FFFD; a file that ends within a character counts as
    truncated."""
    damage: DamagedText | None = None
    if not block and encoding in _CUT_IN_CHARACTER and decoder.getstate()[0]:
        return "", DamagedText("cut_off", "is cut off in the middle of a character; the file is incomplete")
    text = decoder.decode(block, not block)
    if "\0" in text:
        if is_mostly_nul(text.count("\0"), len(text)):
            return text[: text.index("\0")], DamagedText("binary", "is where the file turns into empty bytes")
        text = text.replace("\0", "")
    return text, damage

"""Placeholders for values while an author's Markdown is parsed.

A mark is a word of letters and digits that does not occur in the text. Values are inserted after parsing and
escaped by the renderer, so they cannot act as Markdown or HTML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

MAX_VALUES = 200_000
"""Characters that all values of one text may have together; what comes after stays empty."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a mark. `link`: one of the account's own addresses; `encoded`: URL-encoded already."""

    text: str
    link: bool = False
    encoded: bool = False


@dataclass(slots=True)
class Marks:
    """The values of one text, in order. Create it with `Marks.for_text`."""

    word: str
    values: list[Value] = field(default_factory=list)
    size: int = 0

    @classmethod
    def for_text(cls, text: str) -> "Marks":
        """Return marks whose word does not occur in the text."""
        number = 0
        while f"mergeq{number}q" in text.lower():
            number += 1
        return cls(f"mergeq{number}q")

    def keep(self, text: str, *, link: bool = False, encoded: bool = False) -> str:
        """Store a value and return its mark."""
        clean = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        self.size += len(clean)
        if self.size > MAX_VALUES:
            clean = ""
        self.values.append(Value(clean, link, encoded))
        return f"{self.word}{len(self.values) - 1}x"

    @property
    def pattern(self) -> str:
        """The regular expression that matches a mark."""
        return rf"{self.word}[0-9]+x"

    def pieces(self, text: str) -> Iterator[str | Value]:
        """Yield the text split at its marks: pieces of the author's text, and values."""
        for piece in re.split(f"({self.pattern})", text):
            value = self._value(piece)
            if value is not None:
                yield value
            elif piece:
                yield piece

    def _value(self, piece: str) -> Value | None:
        if not re.fullmatch(self.pattern, piece):
            return None
        number = int(piece[len(self.word) : -1])
        return self.values[number] if number < len(self.values) else None

    def fill(self, text: str) -> str:
        """Return the text with its values inserted, not escaped."""
        return "".join(piece.text if isinstance(piece, Value) else piece for piece in self.pieces(text))

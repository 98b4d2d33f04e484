"""A text as its readers see it: without markup, entities, encodings, and invisible characters, and folded for
comparison. Each character knows its place in the original, so that what is found there can be replaced.
"""

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote_to_bytes

from app.platform.addresses import INVISIBLE

BREAK: Final = "\x01"
"""Takes the place of what is no text, such as a merge tag. Nothing that is found extends across it."""

ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
MARKUP: Final = re.compile(
    r"\\([!-/:-@\[-`{-~])"
    r"|(?<=\S)\*{1,3}|\*{1,3}(?=\S)|~~|`{1,3}|(?<![^\W_])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![^\W_])"
    r"|</?[A-Za-z][^<>@:\n]{0,80}>"
)
PLAIN: Final = re.compile(r"[A-Za-z0-9 \n.,;:!?'\"()/@+=#$|^-]*")
_SPACES: Final = frozenset(char for char in INVISIBLE if char.isspace())
_DROPPED: Final = frozenset(INVISIBLE) - {BREAK, "\n"}

Decoded = Iterator[tuple[str, int, int]]
"""(character, start, end) with places relative to what is decoded."""


class Hidden(NamedTuple):
    """A part of the original that is not shown: a break, or markup that joins what is around it."""

    start: int
    end: int
    how: Literal["break", "open", "close"]


class Token(NamedTuple):
    """Markup in the original."""

    start: int
    end: int
    text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class View:
    """`plain` keeps case and accents, `folded` is as `contacts.name_key` folds names. `at` of either leads to
    the characters of the original: character i is from `starts[i]` to `ends[i]`."""

    plain: str
    folded: str
    starts: Sequence[int]
    ends: Sequence[int]
    plain_at: Sequence[int]
    folded_at: Sequence[int]
    tokens: Sequence[Token]

    def plain_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of a part of `plain`, which is not empty."""
        return self.starts[self.plain_at[start]], self.ends[self.plain_at[end - 1]]

    def folded_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of a part of `folded`, which is not empty."""
        return self.starts[self.folded_at[start]], self.ends[self.folded_at[end - 1]]

    def as_written(self, start: int, end: int) -> str:
        """Return a part of `folded` with its case and accents."""
        first, last = self.folded_at[start], self.folded_at[end - 1]
        return self.plain[bisect_left(self.plain_at, first) : bisect_left(self.plain_at, last + 1)]

    def tokens_in(self, start: int, end: int) -> tuple[Token, ...]:
        """Return the markup inside a part of the original."""
        return tuple(one for one in self.tokens if start <= one.start and one.end <= end)


def fold(text: str) -> str:
    """Return a text without accents, and with its case folded."""
    if text.isascii():
        return text.lower()
    bare = (part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
    return "".join(bare).casefold()


def view_of(
    text: str, start: int, end: int, hidden: Sequence[Hidden] = (), *, is_query: bool = False
) -> View:
    """Return the view of a part of a text. `hidden` are in order; in a query of a link, + is a space."""
    part = text[start:end]
    if not hidden and not is_query and PLAIN.fullmatch(part):
        same = range(len(part))
        return View(part, part.lower(), range(start, end), range(start + 1, end + 1), same, same, ())
    units = _Units(text, start, end, hidden)
    units.decode(ENTITY, _entity)
    units.decode(PERCENT, _percent)
    units.decode(PERCENT, _percent)
    if is_query:
        units.chars = [" " if char == "+" else char for char in units.chars]
    units.drop_markup()
    units.drop_invisible()
    units.compose()
    return units.view()


class _Units:
    """Characters with their places in the original."""

    def __init__(self, text: str, start: int, end: int, hidden: Sequence[Hidden]) -> None:
        self.chars: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.tokens: list[Token] = []
        at = start
        for one in hidden:
            self._copy(text, at, one.start)
            if one.how == "break":
                self._add(BREAK, one.start, one.end)
            else:
                self.tokens.append(Token(one.start, one.end, text[one.start : one.end], one.how == "open"))
            at = one.end
        self._copy(text, at, end)

    def _copy(self, text: str, start: int, end: int) -> None:
        self.chars += text[start:end].replace(BREAK, "\ufeff")
        self.starts += range(start, end)
        self.ends += range(start + 1, end + 1)

    def _add(self, char: str, start: int, end: int) -> None:
        self.chars.append(char)
        self.starts.append(start)
        self.ends.append(end)

    def decode(self, pattern: re.Pattern[str], decoded: Callable[[re.Match[str]], Decoded]) -> None:
        """Replace what matches."""
        joined = "".join(self.chars)
        if not pattern.search(joined):
            return
        old = self.chars, self.starts, self.ends
        self.chars, self.starts, self.ends = [], [], []
        at = 0
        for found in pattern.finditer(joined):
            self._take(old, at, found.start())
            for char, start, end in decoded(found):
                self._add(char, old[1][found.start() + start], old[2][found.start() + end - 1])
            at = found.end()
        self._take(old, at, len(joined))

    def _take(self, old: tuple[list[str], list[int], list[int]], start: int, end: int) -> None:
        self.chars += old[0][start:end]
        self.starts += old[1][start:end]
        self.ends += old[2][start:end]

    def drop_markup(self) -> None:
        """Remove markup, and the backslashes of escaped characters."""
        starts, ends = self.starts, self.ends
        is_open: dict[str, bool] = {}

        def decoded(found: re.Match[str]) -> Decoded:
            if found[1]:
                yield found[1], 0, 2
                return
            text = found[0]
            opens = is_open[text] = _opens(found, was_open=is_open.get(text, False))
            start, end = starts[found.start()], ends[found.end() - 1]
            self.tokens.append(Token(start, end, text, opens))

        self.decode(MARKUP, decoded)
        self.tokens.sort()

    def drop_invisible(self) -> None:
        """Remove characters that nobody sees; all kinds of spaces become plain ones."""
        if _DROPPED.isdisjoint(self.chars):
            return
        old = self.chars, self.starts, self.ends
        self.chars, self.starts, self.ends = [], [], []
        for char, start, end in zip(*old, strict=True):
            if char not in _DROPPED:
                self._add(char, start, end)
            elif char in _SPACES:
                self._add(" ", start, end)

    def compose(self) -> None:
        """Join letters with the accents that follow them, and replace full-width and similar forms."""
        if "".join(self.chars).isascii():
            return
        old = self.chars, self.starts, self.ends
        self.chars, self.starts, self.ends = [], [], []
        for char, start, end in zip(*old, strict=True):
            if unicodedata.combining(char) and self.chars and self.chars[-1] != BREAK:
                self.chars[-1] += char
                self.ends[-1] = end
            else:
                self._add(char, start, end)
        self.chars = [one if one.isascii() else unicodedata.normalize("NFKC", one) for one in self.chars]

    def view(self) -> View:
        plain, places = "".join(self.chars), _places(self.chars)
        if plain.isascii():
            folded, folded_places = plain.lower(), places
        else:
            parts = [fold(one) for one in self.chars]
            folded, folded_places = "".join(parts), _places(parts)
        return View(plain, folded, self.starts, self.ends, places, folded_places, tuple(self.tokens))


def _opens(markup: re.Match[str], *, was_open: bool) -> bool:
    """Return whether markup begins what it marks, by what is around it."""
    if markup[0].startswith("<"):
        return not markup[0].startswith("</")
    before = markup.string[max(0, markup.start() - 1) : markup.start()]
    after = markup.string[markup.end() : markup.end() + 1]
    if before.strip() and after.strip():
        return not was_open
    return bool(after.strip())


def _places(texts: list[str]) -> Sequence[int]:
    if {1}.issuperset(map(len, texts)):
        return range(len(texts))
    return [at for at, text in enumerate(texts) for _ in text]


def _entity(found: re.Match[str]) -> Decoded:
    shown = html.unescape(found[0])
    if shown == found[0]:
        yield from ((char, at, at + 1) for at, char in enumerate(shown))
    else:
        yield from ((char, 0, len(found[0])) for char in shown)


def _percent(found: re.Match[str]) -> Decoded:
    content = unquote_to_bytes(found[0])
    try:
        text, encoding = content.decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("latin-1"), "latin-1"
    at = 0
    for char in text:
        size = 3 * len(char.encode(encoding))
        yield char, at, at + size
        at += size

"""Extract the email address from a cell that also holds a name, brackets, or several addresses.

Only unambiguous decoration is removed. `ann lee@example.com` stays a problem: it may be a name before an
address or an address with a space in it, which are different people.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.platform.addresses.email_keys import email_key
from app.platform.addresses.problems import FIRST_OF_SEVERAL, ONLY_ADDRESS, AddressProblem
from app.platform.addresses.text import MAX_CELL_LENGTH, trimmed, unquoted
from app.platform.text.blank_words import is_blank

_GOOGLE_SEPARATOR: Final = ":::"
_SEPARATORS: Final = re.compile(r":::|[;,|\r\n\t]")
_COMMA_FOR_DOT: Final = re.compile(r"[^\s@,;|]+@[^\s@.,;|]+,[A-Za-z]{2,}")
# “and” and “or” in the languages of the header words. A cell is split at them only between two addresses.
_WORDS: Final = re.compile(
    r"\s+(?:und|and|oder|or|et|ou|y|e|o|i|en|of|och|og|eller|lub|oraz|ja|tai|a|nebo|ve|veya|и|или|&|\+)\s+",
    re.I,
)
_IN_BRACKETS: Final = re.compile(r"<([^<>@]*+@[^<>]*+)>|\(([^()@]*+@[^()]*+)\)|\[([^\[\]@]*+@[^\[\]]*+)\]")
_LABEL: Final = re.compile(r"(?:mailto|e-?mail|mail|smtp)\s?:\s?", re.I)
_COMMENT: Final = re.compile(r"\s?(?:\([^()@]*+\)|(?<!@)\[[^\[\]@]*+\])\Z")
_QUOTES: Final = "\"'“”„‟«»‘’`"  # noqa: RUF001
_TAIL: Final = ".,;:/|" + _QUOTES + " \t\xa0"
_MAX_ENTRIES: Final = 20


class EmailReading(NamedTuple):
    """Result of reading a cell: a key or a problem, and the slug of a note if only part of it was used."""

    key: str | None
    problem: AddressProblem | None
    note: str | None = None


def first_email(cell: str) -> EmailReading:
    """Read the first email address of a cell.

    Accepts `Ann <ann@x.org>`, `mailto:`, a trailing semicolon or period, a comment in brackets, and lists
    with any separator. The note says if there was more than one address or other text. Never raises.
    """
    key = email_key(cell)
    if isinstance(key, str):
        return EmailReading(key, None)
    text = trimmed(cell[: MAX_CELL_LENGTH + 1])
    if "@" not in text:
        return EmailReading(None, AddressProblem.BLANK if not text.strip(_TAIL) or is_blank(text) else key)
    if len(text) > MAX_CELL_LENGTH:
        return EmailReading(None, key)
    text = unquoted(text)
    bracketed = _bracketed(text)
    entries = _entries(text) if bracketed is None else bracketed
    if not entries:
        return EmailReading(None, key)
    if len(entries) > 1 and _GOOGLE_SEPARATOR not in text and not all("@" in entry for entry in entries):
        has_comma = _COMMA_FOR_DOT.fullmatch(text)
        return EmailReading(None, AddressProblem.COMMA if has_comma else AddressProblem.LIST_BROKEN)
    first = email_key(entries[0])
    if not isinstance(first, str):
        return EmailReading(None, first)
    if len(entries) == 1:
        return EmailReading(first, None, None if first == email_key(text) else ONLY_ADDRESS)
    return EmailReading(first, None, FIRST_OF_SEVERAL)


def _bracketed(text: str) -> list[str] | None:
    """Return the addresses in brackets; None if there are none or a plain address comes first."""
    found = _IN_BRACKETS.search(text)
    if found is None:
        return None
    before = _SEPARATORS.split(text[: found.start()])
    if any("@" in part for part in before[:-1]) or email_key(_strip_decoration(before[-1])) == email_key(
        text
    ):
        return None
    inner = [next(filter(None, groups)) for groups in _IN_BRACKETS.findall(text)[:_MAX_ENTRIES]]
    entries = list(dict.fromkeys(map(_strip_decoration, inner)))
    if len(entries) == 1 and "@" in (after := text[found.end() :]):
        entries.extend(_entries(after))
    return entries


def _entries(text: str) -> list[str]:
    """Split a list into entries without decoration, including entries that are not addresses."""
    parts = [piece for part in _SEPARATORS.split(text, _MAX_ENTRIES) for piece in _between_addresses(part)]
    return [bare for part in parts[:_MAX_ENTRIES] if (bare := _strip_decoration(part))]


def _between_addresses(part: str) -> list[str]:
    """Split at a word, a slash, or whitespace if each piece then contains an address."""
    if part.count("@") < 2:
        return [part]
    words = part.split()
    for pieces in (_WORDS.split(" ".join(words), _MAX_ENTRIES), part.split("/", _MAX_ENTRIES), words):
        if len(pieces) > 1 and all("@" in piece for piece in pieces):
            return [deeper for piece in pieces[:_MAX_ENTRIES] for deeper in _between_addresses(piece)]
    return [part]


def _strip_decoration(entry: str) -> str:
    """Remove label, quotes, comment, and trailing punctuation from an entry."""
    bare = trimmed(entry)
    if not bare:
        return ""
    bare = _COMMENT.sub("", bare).rstrip(_TAIL).lstrip(_QUOTES + " ")
    if label := _LABEL.match(bare):
        bare = bare[label.end() :].partition("?")[0]
    if bare.startswith("<") and bare.endswith(">"):
        bare = bare[1:-1]
    return trimmed(bare)

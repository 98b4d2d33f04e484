"""Text comparison that gives the same results in Python, SQLite, and PostgreSQL: case, numbers, dates.

PostgreSQL's `lower()` depends on the database's locale and SQLite's supports only ASCII, so case folding uses
an explicit table of single letters, which preserves lengths. SQLite calls the Python functions
(`SQL_FUNCTIONS`); PostgreSQL uses the table in `translate()`.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

# Latin, Greek, Cyrillic, and Armenian letters, and the extensions for Vietnamese and other languages.
_LETTERS: Final = [*range(0x80, 0x590), *range(0x1E00, 0x1F00)]
_PAIRS: Final = {
    letter: folded
    for letter, folded in ((chr(one), chr(one).casefold()) for one in _LETTERS)
    if len(folded) == 1 and folded != letter
}
_TABLE: Final = str.maketrans(_PAIRS)


class Script(NamedTuple):
    """Letters that stand together in a text: `ranges` for a regular expression, and the pairs among them."""

    ranges: str
    folded_from: str
    folded_to: str


def _script(ranges: str, letters: Iterable[int]) -> Script:
    pairs = {chr(one): _PAIRS[chr(one)] for one in letters if chr(one) in _PAIRS}
    return Script(ranges, "".join(pairs), "".join(pairs.values()))


SCRIPTS: Final = (
    _script(r"\u0001-\u00ff", range(0x80, 0x100)),
    _script(r"\u0001-\u00a0\u0400-\u045f", range(0x400, 0x460)),
    _script(r"\u0001-\u017f", range(0x80, 0x180)),
    _script(r"\u0001-\u00a0\u0370-\u03ff", range(0x370, 0x400)),
    _script(r"\u0001-\U0010ffff", _LETTERS),
)
"""Western European, Cyrillic, Central European, Greek, all: the first that fits has the fewest pairs."""


NUMBER: Final = r"-?[0-9]{1,12}(\.[0-9]{1,6})?"
DAY: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
"""Regular expression for an ISO 8601 date, in syntax that Python and PostgreSQL share."""
MICRO: Final = 1_000_000
_number: Final = re.compile(NUMBER).fullmatch
_day: Final = re.compile(rf"({DAY})(?:[T ]|\Z)").match


def fold_case(text: str) -> str:
    """Fold case: `MÜNCHEN` → `münchen`. Accents and ß are unchanged."""
    return text.lower() if text.isascii() else text.translate(_TABLE).translate(_ASCII)


_ASCII: Final = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def micro_number(text: str) -> int | None:
    """Parse a decimal number into millionths: `-2.5` → -2500000; None for other texts, such as `1,200`."""
    if len(text) <= 12 and text.isascii() and text.isdigit():
        return int(text) * MICRO
    if not _number(text):
        return None
    whole, _, part = text.partition(".")
    amount = int(whole.lstrip("-")) * MICRO + int(part.ljust(6, "0") or 0)
    return -amount if text.startswith("-") else amount


def day_text(text: str) -> str | None:
    """Return the ISO date that starts a text (`2026-05-01`), alone or followed by a time; otherwise None."""
    found = _day(text)
    return found[1] if found else None


def _of_text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: function(value) if type(value) is str else None


SQL_FUNCTIONS: Final = {one.__name__: _of_text(one) for one in (fold_case, micro_number, day_text)}
"""{name: function of one value}: SQL functions to register with each SQLite connection."""

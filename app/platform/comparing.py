"""How texts are compared where Python and both databases must agree: letter case, numbers and days in texts.

PostgreSQL's `lower()` depends on the locale of the database and SQLite's knows ASCII only, so the pairs of
letters are listed here: one letter for one letter, so that lengths stay. SQLite gets the functions as they
are (`SQL_FUNCTIONS`), PostgreSQL the pairs for its `translate()`.
"""

import re
from collections.abc import Callable
from typing import Any, Final

# Latin, Greek, Cyrillic and Armenian, and the additions for Vietnamese and others.
_LETTERS: Final = [*range(0x80, 0x590), *range(0x1E00, 0x1F00)]
_PAIRS: Final = {
    letter: folded
    for letter, folded in ((chr(one), chr(one).casefold()) for one in _LETTERS)
    if len(folded) == 1 and folded != letter
}
FOLDED_FROM: Final = "".join(_PAIRS)
FOLDED_TO: Final = "".join(_PAIRS.values())
_TABLE: Final = str.maketrans(_PAIRS)

NUMBER: Final = r"-?[0-9]{1,12}(\.[0-9]{1,6})?"
DAY: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
"""A day as programs write it; the same expression is understood by Python and PostgreSQL."""
MICRO: Final = 1_000_000
_number: Final = re.compile(NUMBER).fullmatch
_day: Final = re.compile(rf"({DAY})(?:[T ]|\Z)").match


def fold_case(text: str) -> str:
    """The text without differences of letter case: `MÜNCHEN` → `münchen`. Accents stay, and so does ß."""
    return text.lower() if text.isascii() else text.translate(_TABLE).translate(_ASCII)


_ASCII: Final = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def micro_number(text: str) -> int | None:
    """The number that a text is, in millionths: `-2.5` → -2500000. None for all else, such as `1,200`."""
    if len(text) <= 12 and text.isascii() and text.isdigit():
        return int(text) * MICRO
    if not _number(text):
        return None
    whole, _, part = text.partition(".")
    amount = int(whole.lstrip("-")) * MICRO + int(part.ljust(6, "0") or 0)
    return -amount if text.startswith("-") else amount


def day_text(text: str) -> str | None:
    """The day with which a text begins, as `2026-05-01`; None where it begins with none or goes on otherwise
    than with a time."""
    found = _day(text)
    return found[1] if found else None


def _of_text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: function(value) if type(value) is str else None


SQL_FUNCTIONS: Final = {one.__name__: _of_text(one) for one in (fold_case, micro_number, day_text)}
"""{name: function of one value}: what every connection to an SQLite file is given."""

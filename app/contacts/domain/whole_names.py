"""Splitting of full names into first and last name, for forms, imports, and files alike.

`name_forms` decides first, by capitals, particles, and titles. If it leaves the question open, plain names
are split at the comma or the last space, and others, such as names with particles, suffixes, or nicknames, by
the `nameparser` library, which is about a hundred times slower.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from app.contacts.domain.name_forms import split_by_form

if TYPE_CHECKING:
    from nameparser.config import Constants

# Titles before a name. The library's own list also has occupations and ranks, some of which are first names:
# Dean Martin, Judge Reinhold, Baron Davis.
_TITLE_WORDS: Final = """
    mr mrs ms miss mx dr drs prof professor doctor sir herr herrn hr frau fräulein ddr dipl.-ing dipl.-kfm
    dipl.-kff dipl.-psych dipl.-wirt.-ing h.c monsieur madame mademoiselle mme mlle señor señora señorita sra
    srta doña dña signor signora signorina sig.ra sig.na dott dott.ssa dottor dottoressa dhr mevr mevrouw paní
    familie family famille familia famiglia eheleute
"""
# Titles only if followed by a period; without one they are names: Phil Collins, Don Johnson.
_ABBREVIATIONS: Final = """
    rev hon capt col gen lt sgt maj adm fr ing mag med jur phil rer nat pol oec habil sr dn d sig avv geom
    rag arch mw ir dipl gov sen pres amb
"""
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_BEFORE_NAMES: Final = frozenset(
    {*_TITLES, *(f"{title}." for title in (_TITLE_WORDS + _ABBREVIATIONS).split())}
)
_MORE_PARTICLES: Final = frozenset({"el", "ten", "ben", "zum", "zur"})
_NOT_PLAIN: Final = re.compile(r"[^\w\s'’-]|\d|_")
_ABBREVIATED: Final = re.compile(r"[^\W\d_]{2,}\.")
_LONGEST: Final = 240
_LONGEST_FOR_LIBRARY: Final = 100


def split_name(whole: str) -> tuple[str, str]:
    """Split a full name into (first, last), without titles and suffixes; a part that is missing is empty.

    `Mary Ann Smith` → Mary Ann / Smith, `Lee, Ann` → Ann / Lee, `Ludwig van Beethoven` → Ludwig / van
    Beethoven, `DUPONT Jean` → Jean / DUPONT, `van Gogh Vincent` → Vincent / van Gogh, `Cher` → Cher / empty.
    A name that cannot be split with confidence is returned as the first part: `De Gaulle Charles`.
    """
    words = _without_titles_after_comma(whole[:_LONGEST]).split()
    is_titled = False
    while len(words) > 1 and words[0].lower() in _BEFORE_NAMES:
        del words[0]
        is_titled = True
    plain = " ".join(words)
    if not words:
        return "", ""
    if is_titled and len(words) == 1:
        return "", plain
    split = None if "," in plain else split_by_form(words, _particles(), _BEFORE_NAMES, _suffixes())
    split = split or _split_plain(words, plain)
    if split is None and len(plain) <= _LONGEST_FOR_LIBRARY:
        return _split_by_library(plain, is_titled)
    return split or (" ".join(words[:-1]) or plain, words[-1] if len(words) > 1 else "")


def _without_titles_after_comma(whole: str) -> str:
    """Remove trailing parts that are titles only: `MÜLLER Hans, Dr.`"""
    name, comma, rest = whole.rpartition(",")
    while comma and name.strip() and rest.strip() and _BEFORE_NAMES.issuperset(rest.lower().split()):
        whole = name
        name, comma, rest = whole.rpartition(",")
    return whole


def _split_plain(words: list[str], plain: str) -> tuple[str, str] | None:
    last, comma, first = plain.partition(",")
    if comma:
        first = first.strip()
        if not first or _is_special(first) or _is_special(last):
            return None
        return first, last.strip()
    if _is_special(plain):
        return None
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (plain, "")


def _is_special(text: str) -> bool:
    return _NOT_PLAIN.search(text) is not None or not _left_to_library().isdisjoint(text.lower().split())


@cache
def _constants() -> "Constants":
    """Word lists of the library with our titles and more particles; loaded on first use."""
    from nameparser.config import Constants

    return Constants(titles=_TITLES, prefixes=Constants().prefixes | _MORE_PARTICLES)


@cache
def _particles() -> frozenset[str]:
    return frozenset(_constants().prefixes)


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(_constants().suffix_acronyms) | frozenset(_constants().suffix_not_acronyms)


@cache
def _left_to_library() -> frozenset[str]:
    known = _constants()
    lists = (known.prefixes, known.suffix_acronyms, known.suffix_not_acronyms, known.conjunctions, _TITLES)
    return frozenset(word.lower() for words in lists for word in words)


def _split_by_library(plain: str, is_titled: bool) -> tuple[str, str]:
    from nameparser import HumanName

    # The library takes every abbreviation in front for a title, also that of a first name: Chr. Müller.
    shortened = {
        word.removesuffix("."): word
        for word in (part.split()[0] for part in plain.split(",") if part.strip())
        if _ABBREVIATED.fullmatch(word) and word.lower() not in _BEFORE_NAMES
    }
    for bare, word in shortened.items():
        plain = plain.replace(word, bare, 1)
    name = HumanName(plain, constants=_constants())
    first = " ".join(filter(None, (name.first, name.middle)))
    start = first.partition(" ")[0]
    first = shortened.get(start, start) + first.removeprefix(start)
    if first or name.title or is_titled:
        return (first, name.last) if first or name.last else (plain, "")
    return (name.last, "") if name.last else (plain, "")

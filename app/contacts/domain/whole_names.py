"""Splitting of full names into first and last name, for forms, imports, and files alike.

Plain names, nearly all, are split here. Names with particles, suffixes, or nicknames are passed to the
`nameparser` library, which is about a hundred times slower.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

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
    rag arch mw ir dipl
"""
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_BEFORE_NAMES: Final = frozenset(
    {*_TITLES, *(f"{title}." for title in (_TITLE_WORDS + _ABBREVIATIONS).split())}
)
_NOT_PLAIN: Final = re.compile(r"[^\w\s'’-]|\d|_")
_LONGEST: Final = 240
_LONGEST_FOR_LIBRARY: Final = 100


def split_name(whole: str) -> tuple[str, str]:
    """Split a full name into (first, last), without titles and suffixes; a part that is missing is empty.

    `Mary Ann Smith` → Mary Ann / Smith, `Lee, Ann` → Ann / Lee, `Ludwig van Beethoven` → Ludwig / van
    Beethoven, `DUPONT Jean` → Jean / DUPONT, `van Gogh Vincent` → Vincent / van Gogh, `Cher` → Cher / empty.
    """
    words = whole[:_LONGEST].split()
    is_titled = False
    while len(words) > 1 and words[0].lower() in _BEFORE_NAMES:
        del words[0]
        is_titled = True
    plain = " ".join(words)
    if not words:
        return "", ""
    if is_titled and len(words) == 1:
        return "", plain
    split = _split_turned_round(words) or _split_plain(words, plain)
    if split is None and len(plain) <= _LONGEST_FOR_LIBRARY:
        return _split_by_library(plain, is_titled)
    return split or (" ".join(words[:-1]) or plain, words[-1] if len(words) > 1 else "")


def _split_turned_round(words: list[str]) -> tuple[str, str] | None:
    """Split a name that starts with a particle and thus with the last name, such as `van Gogh Vincent`; else
    None."""
    particles = next((at for at, word in enumerate(words) if word not in _particles()), len(words))
    if particles == 0 or any("," in word for word in words):
        return None
    family, first = words[: particles + 1], words[particles + 1 :]
    return (" ".join(first), " ".join(family)) if family[-1][0].isupper() else None


def _split_plain(words: list[str], plain: str) -> tuple[str, str] | None:
    last, comma, first = plain.partition(",")
    if comma:
        first = first.strip()
        if not first or _is_special(first) or _is_special(last):
            return None
        return first, last.strip()
    if _is_special(plain):
        return None
    capitals = next((at for at, word in enumerate(words) if not _is_in_capitals(word)), len(words))
    if 0 < capitals < len(words) and len(words[0]) > 2:
        return " ".join(words[capitals:]), " ".join(words[:capitals])  # DUPONT Jean
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (plain, "")


def _is_in_capitals(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _is_special(text: str) -> bool:
    return _NOT_PLAIN.search(text) is not None or not _left_to_library().isdisjoint(text.lower().split())


@cache
def _constants() -> "Constants":
    """Word lists of the library with our titles; loaded on first use."""
    from nameparser.config import Constants

    return Constants(titles=_TITLES)


@cache
def _particles() -> frozenset[str]:
    return frozenset(_constants().prefixes)


@cache
def _left_to_library() -> frozenset[str]:
    known = _constants()
    lists = (known.prefixes, known.suffix_acronyms, known.suffix_not_acronyms, known.conjunctions, _TITLES)
    return frozenset(word.lower() for words in lists for word in words)


def _split_by_library(plain: str, is_titled: bool) -> tuple[str, str]:
    from nameparser import HumanName

    name = HumanName(plain, constants=_constants())
    first = " ".join(filter(None, (name.first, name.middle)))
    if first or name.title or is_titled:
        return (first, name.last) if first or name.last else (plain, "")
    return (name.last, "") if name.last else (plain, "")

"""What the written form of a full name says about its parts: capitals, particles, and titles in the middle.

Lists from registers write last names in capitals, first or last: `VAN GOGH Vincent`, `Vincent VAN GOGH`. A
form with several readings is not split, because a wrong first name is used to address people.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, Literal

Parts = tuple[str, str]
_Kind = Literal["capitals", "particle", "initials", "syllable", "title", "other"]

# Kinds that a name in capitals may have in mixed or lower case: RONALD McDONALD, JAN van der BERG.
_IN_CAPITALS: Final = frozenset({"capitals", "particle"})
# Devotional given names, such as María del Carmen, whose particles do not start a last name.
_DEVOTED: Final = frozenset({"maria", "maría", "ma.", "mª", "ana", "josé", "jose", "rosa", "juan"})
_DEVOTION_WORDS: Final = """
    carmen pilar mar rosario rocío rocio consuelo socorro refugio sol valle carmo céu ceu fátima fatima
    lourdes jesús jesus guadalupe luján lujan dios deus ángeles angeles dolores mercedes nieves remedios
    milagros conceição conceicao graça graca glória gloria luz soledad paz concepción concepcion dores
"""
_DEVOTIONS: Final = frozenset(_DEVOTION_WORDS.split())
_IBERIAN: Final = frozenset({"de", "del", "la", "las", "los", "da", "do", "das", "dos"})
_CONNECTIVES: Final = frozenset({"y", "e", "i"})  # Ortega y Gasset
_LETTERS: Final = re.compile(r"[^\W\d_]")
_SINGLE_LETTERS: Final = re.compile(r"[^\W\d_](?:\W+[^\W\d_])*\W*")
_LONGEST_ABBREVIATION: Final = 5  # characters: CHR., THOS.
_SYLLABLE: Final = re.compile(r"[^AEIOUY][AEIOUY]|NG|[AEIOUY]N|[B-DF-HJ-NP-TV-XZ]{3}", re.I)
_MIXED_PREFIX: Final = re.compile(r"(?:[dl]|d[ae]ll)['’]|Mc|Mac|Fitz|D[aeiu]|L[ae]|Van", re.I)


def split_by_form(
    words: list[str], particles: Set[str], titles: Set[str], suffixes: Set[str]
) -> Parts | None:
    """Return (first, last) if capitals, particles, or titles decide, (whole name, "") if they show that the
    order is unclear, None if they say nothing.

    `words` are those of a name without a comma. The word lists are in lower case; `suffixes` without
    periods.
    """
    while len(words) > 2 and _is_suffix(words[-1], suffixes):
        words = words[:-1]
    if len(words) < 2:
        return None
    kinds = [_kind(word, particles, titles) for word in words]
    for at in range(1, len(words)):
        if words[at] in _CONNECTIVES or (words[at] == "und" and kinds[at - 1] == "particle"):
            kinds[at] = "particle"
    if "title" in kinds[1:-1]:
        rest = [word for word, kind in zip(words, kinds, strict=True) if kind != "title"]
        return split_by_form(rest, particles, frozenset(), suffixes) or _unsplit(words)
    if len(words) > 2 and kinds[-1] == "particle" and words[-1].islower() and not words[0].islower():
        return _unsplit(words)  # Berg Jan van der
    if kinds.count("other") == len(kinds):
        return _split_devotion(words)
    if all(word.isupper() or kind in _IN_CAPITALS for word, kind in zip(words, kinds, strict=True)):
        return _split_all_capitals(words, kinds)
    if not {"capitals", "syllable"}.isdisjoint(kinds):
        return _split_by_capitals(words, kinds)
    return _split_by_particles(words, kinds)


def _is_suffix(word: str, suffixes: Set[str]) -> bool:
    """`M.D.` is a suffix; `V.` is an initial, although `V` is a suffix."""
    plain = word.lower().replace(".", "")
    return plain in suffixes and (len(plain) > 1 or plain == word.lower())


def _kind(word: str, particles: Set[str], titles: Set[str]) -> _Kind:
    lower = word.lower()
    if lower in particles:
        return "particle"
    if lower in titles:
        return "title"
    if "-" in word and not word.isupper():  # al-RASHID, KEMPEN-de
        word = "-".join(part for part in word.split("-") if part.lower() not in particles) or word
    if len(word) > 1 and word[-1].islower():
        return "other"
    letters = _LETTERS.findall(word)
    if len(letters) == 1 and not word[0].islower():
        return "initials"
    if not _is_in_capitals(word):
        return "other"
    is_abbreviated = word.endswith(".") and len(word.rpartition("-")[2]) <= _LONGEST_ABBREVIATION
    if is_abbreviated or _SINGLE_LETTERS.fullmatch(word):
        return "initials"
    if _SYLLABLE.fullmatch(word):
        return "syllable"
    return "capitals" if len(letters) > 2 else "initials"


def _is_in_capitals(word: str) -> bool:
    if word.isupper():
        return len(word) > 1
    prefix = _MIXED_PREFIX.match(word)
    rest = (word[prefix.end() :] if prefix else word).replace("ß", "")
    return len(rest) > 1 and rest.isupper()


def _split_all_capitals(words: list[str], kinds: list[_Kind]) -> Parts | None:
    """`JEAN DUPONT` is read like Jean Dupont; a particle in front or an initial at the end shows that it may
    be the other way round."""
    if kinds[0] == "particle" and not _starts_with_first_name(words, kinds):
        is_last_name = words[0].islower() and kinds.count("particle") == len(kinds) - 1  # von TRAPP
        return ("", " ".join(words)) if is_last_name else _unsplit(words)
    is_turned = kinds[-1] == "initials" != kinds[0]
    return _unsplit(words) if is_turned else _split_devotion(words)


def _starts_with_first_name(words: list[str], kinds: list[_Kind]) -> bool:
    """Return whether the particle in front is a first name, as in Ben Carson or Al B. Jones."""
    return words[0].lower() == "ben" or kinds[1] == "initials"


def _split_by_capitals(words: list[str], kinds: list[_Kind]) -> Parts | None:
    """Split a name with words in capitals and words in mixed case."""
    at_start = _run(kinds)
    at_end = _run(kinds[::-1])
    while at_end < len(words) and kinds[-at_end - 1] == "particle" and at_end:
        at_end += 1
    inside = sum(kind == "capitals" for kind in kinds)
    family_first = [kind for kind in kinds[:at_start] if kind == "capitals"]
    family_last = [kind for kind in kinds[len(words) - at_end :] if kind == "capitals"]
    if family_first and len(family_first) == inside:
        first = words[at_start:]
        is_clear = at_start < len(kinds) and kinds[at_start] == "other"
        return (" ".join(first), " ".join(words[:at_start])) if is_clear else _unsplit(words)
    if family_last and len(family_last) == inside:
        if kinds[0] == "particle" and words[0].islower():
            return _unsplit(words)  # van der Berg JAN
        return (" ".join(words[:-at_end]), " ".join(words[-at_end:])) if at_end < len(words) else None
    if inside == 0 and kinds[0] != "syllable":
        return None
    return _unsplit(words)


def _run(kinds: list[_Kind]) -> int:
    """Return how many of the first words form a last name in capitals, with its particles and syllables."""
    end = 0
    for at, kind in enumerate(kinds):
        if kind in ("capitals", "syllable"):
            end = at + 1
        elif kind != "particle":
            break
    return end


def _split_by_particles(words: list[str], kinds: list[_Kind]) -> Parts | None:
    """`van Gogh Vincent` starts with its last name, as the lower-case particle shows; `Van Gogh Vincent` may
    start with a first name, like Van Johnson."""
    if kinds[0] != "particle":
        return _split_devotion(words)
    family = next((at for at, kind in enumerate(kinds) if kind != "particle"), len(kinds))
    if words[0][0].islower():
        if family == len(words) or not words[family][0].isupper():
            return None
        return " ".join(words[family + 1 :]), " ".join(words[: family + 1])
    if len(words) < 3 or _starts_with_first_name(words, kinds):
        return None
    return _unsplit(words)


def _split_devotion(words: list[str]) -> Parts | None:
    """Split `María del Carmen López` after the given name; None for other names."""
    lower = [word.lower() for word in words]
    if lower[0] not in _DEVOTED or lower[1] not in _IBERIAN:
        return None
    saint = next(at for at in range(1, len(lower) + 1) if at == len(lower) or lower[at] not in _IBERIAN)
    if saint >= len(words) - 1 or lower[saint] not in _DEVOTIONS:
        return None
    return " ".join(words[: saint + 1]), " ".join(words[saint + 1 :])


def _unsplit(words: list[str]) -> Parts:
    return " ".join(words), ""

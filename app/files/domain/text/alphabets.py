"""Detection of legacy encodings, by whether the decoded letters form words of a language of that encoding.

The statistics of `chardet` need hundreds of letters, but a contact list may have five. Its ranking is
therefore weighted by the decoded letters: `Muñoz` is Spanish, `Muńoz` mixes two alphabets, and `Pawe³` has a
digit in place of a letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

# ruff: noqa: RUF001

_LATIN_1: Final = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüß",  # German
    "áéíñóúüªº",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíòóùú",  # Italian
    "åäöéü",  # Swedish, Finnish
    "æøåéäöü",  # Danish, Norwegian
    "áðéíóúýþæö",  # Icelandic
    "àçèéíïòóúü",  # Catalan
    "éëïöüèáó",  # Dutch
)
_LATIN_2: Final = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţ",  # Romanian
    "čćđšž",  # Croatian, Slovenian
    "äöüß",  # German
)
_CYRILLIC: Final = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",  # Russian
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",  # Ukrainian
    "абвгдежзийклмнопрстуфхцчшщъьюя",  # Bulgarian
    "абвгдђежзијклљмнњопрстћуфхцчџш",  # Serbian
)
_GREEK: Final = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",)
_TURKISH: Final = ("çğıİöşüâîû",)
_BALTIC: Final = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
_HEBREW: Final = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC: Final = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",)
_THAI: Final = ("".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E5B)))),)

# {encoding: (prior likelihood, alphabets)}. East Asian encodings are scored differently.
_ALPHABETS: Final[dict[str, tuple[float, tuple[str, ...]]]] = {
    "cp1252": (1.0, _LATIN_1),
    "iso8859-15": (0.97, _LATIN_1),
    "mac-roman": (0.93, _LATIN_1),
    "cp850": (0.9, _LATIN_1),
    "cp1250": (1.0, _LATIN_2),
    "iso8859-2": (0.97, _LATIN_2),
    "cp852": (0.88, _LATIN_2),
    "cp1254": (0.98, _TURKISH),
    "cp1257": (0.96, _BALTIC),
    "cp1251": (1.0, _CYRILLIC),
    "koi8-r": (0.97, _CYRILLIC[:1]),
    "koi8-u": (0.95, _CYRILLIC[1:2]),
    "iso8859-5": (0.93, _CYRILLIC),
    "mac-cyrillic": (0.96, _CYRILLIC),
    "cp866": (0.95, _CYRILLIC[:1]),
    "cp1253": (1.0, _GREEK),
    "iso8859-7": (0.97, _GREEK),
    "cp1255": (1.0, _HEBREW),
    "cp1256": (1.0, _ARABIC),
    "cp874": (1.0, _THAI),
}
_EAST_ASIAN: Final = ("cp932", "gb18030", "big5hkscs", "cp949", "euc-jp")
LEGACY: Final = (*_ALPHABETS, *_EAST_ASIAN)

_NEUTRAL: Final = frozenset("\xa0‘’“”„‚«»‹›–—…•€°®©™·´ʼ′″§№")
_NEVER_BEFORE: Final = frozenset("€°•§№©®™»")
_EVIDENCE: Final = 12_000  # bytes that are examined
_WORD: Final = re.compile(r"[^\s,;|\"'@<>()\[\]/.:+&=0-9-]+")


def likeliest(lines: bytes) -> str:
    """Return the encoding from LEGACY that fits best, for lines that are neither ASCII nor UTF-8."""
    import chardet  # its models take 30 MB; most files do not need them

    lines = lines[:_EVIDENCE]
    ranked = chardet.detect_all(
        lines, include_encodings=LEGACY, ignore_threshold=True, compat_names=False, prefer_superset=False
    )
    ranks = {str(one["encoding"]): float(one["confidence"]) for one in ranked}
    best = max(ranks.values(), default=0.0) or 1.0
    # The library omits encodings that a single byte contradicts, but that byte may be damaged.
    scores = {
        name: (0.75 + 0.25 * ranks.get(name, best * (0.3 if name in _EAST_ASIAN else 0.9)) / best)
        * _sense(lines, name)
        for name in LEGACY
    }
    best_name = max(LEGACY, key=lambda name: scores[name])
    if best_name in _ALPHABETS and lines.decode(best_name, "replace") == lines.decode("cp1252", "replace"):
        return "cp1252"  # indistinguishable, and the best-known of the two
    return best_name


def _sense(lines: bytes, encoding: str) -> float:
    """Score from 0 to 1 how far the non-ASCII text consists of letters in plausible places, ideally of one
    language."""
    words = {word for word in _WORD.findall(lines.decode(encoding, "replace")) if not word.isascii()}
    letters: Counter[str] = Counter()
    odd, total = 0.0, 0
    for word in words:
        bad, count = _judge_word(word, letters)
        odd += bad
        total += count
    if not total:
        return 0.3
    sound = 1 - min(1.0, odd / total)
    if encoding in _EAST_ASIAN:
        return sound * sound * _east_asian(letters, encoding)
    prior, alphabets = _ALPHABETS[encoding]
    return prior * sound * sound * (0.25 + 0.75 * _coverage(letters, alphabets))


def _judge_word(word: str, letters: Counter[str]) -> tuple[float, int]:
    """Return (penalty, number of non-ASCII characters) of a word, and count its letters."""
    odd, total = 0.0, 0
    for at, character in enumerate(word):
        if character < "\x80":
            continue
        if character in _NEUTRAL:
            if _stands_oddly(word, at):
                odd += 1
                total += 1
            continue
        total += 1
        if character == "\ufffd" or not (character.isalpha() or unicodedata.category(character)[0] == "M"):
            odd += 2
            continue
        letters[character.lower() if len(character.lower()) == 1 else character] += 1
        before = word[at - 1] if at else ""
        if character.isupper() and before.isalpha() and (before.islower() or word[at + 1 : at + 2].islower()):
            odd += 1
        elif not at and character.islower() and word[1:2].islower():
            odd += 0.2
        if character >= "\u0250" and (_is_ascii_letter(before) or _is_ascii_letter(word[at + 1 : at + 2])):
            odd += 1
    return odd, total


def _stands_oddly(word: str, at: int) -> bool:
    """Return whether a sign is in the place of a letter: before or between letters."""
    character, after = word[at], word[at + 1 : at + 2]
    if character in _NEVER_BEFORE:
        return bool(after)
    return at > 0 and character not in "’ʼ·‘´" and word[at - 1].isalpha() and after.isalpha()


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _coverage(letters: Counter[str], alphabets: Iterable[str]) -> float:
    """Return the share of letters in the best alphabet, plus 30% of what a second one adds."""
    total = sum(letters.values())
    if not total:
        return 0.0
    shares = []
    for alphabet in alphabets:
        covered = {letter for letter in letters if letter in alphabet}
        shares.append(covered)
    single = max(sum(letters[x] for x in covered) for covered in shares)
    double = max(sum(letters[x] for x in one | other) for one in shares for other in shares)
    return (single + 0.3 * (double - single)) / total


def _east_asian(letters: Counter[str], encoding: str) -> float:
    total = sum(letters.values())
    if not total:
        return 0.0
    common = sum(_common(letter, encoding) * count for letter, count in letters.items()) / total
    # Han characters alone are just as likely Chinese, so prefer the encoding that is still in use.
    return (
        common * 0.7 if encoding == "euc-jp" and not any("ぁ" <= one <= "ヺ" for one in letters) else common
    )


def _common(letter: str, encoding: str) -> float:
    """Return how common a character is in texts of the encoding, by its position in the national standard."""
    kana = "\u3040" <= letter <= "\u30ff"
    hangul = "\uac00" <= letter <= "\ud7a3"
    try:
        if encoding in ("cp932", "euc-jp"):
            if kana:
                return 1.0
            if "\uff61" <= letter <= "\uff9f":
                return 0.3
            return 0.9 if 0xB0 <= letter.encode("euc-jp")[0] <= 0xCF else 0.25
        if encoding == "cp949":
            if hangul:
                return 1.0 if len(letter.encode("euc-kr")) else 0.3
            return 0.1
        if kana or hangul:
            return 0.1
        if encoding == "gb18030":
            return 0.9 if letter.encode("gb2312")[0] <= 0xD7 else 0.35
        return 0.9 if letter.encode("big5")[0] <= 0xC6 else 0.3
    except UnicodeEncodeError:
        return 0.1

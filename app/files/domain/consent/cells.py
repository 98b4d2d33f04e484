"""What a cell says about consent, in the terms of common exporters and languages.

An import can withdraw consent but never grant it again. A value that is not understood never counts as a yes:
the user is asked, and until then the row is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from app.files.domain.cells.profile import shape_of, trimmed
from app.files.domain.consent import words
from app.files.domain.consent.phrases import PHRASES
from app.files.domain.consent.remark_words import BOUNCES, REFUSERS
from app.files.domain.headers.words import normalised
from app.platform.text.blank_words import is_blank

Kind = Literal[
    "plain_yes", "plain_no", "yes", "clear_no", "no", "clear_bounced", "bounced", "clear_blocked", "blocked",
    "clear_yes", "left_out", "asked", "date", "number", "none", "unknown",
]  # fmt: skip
"""Kind of a cell, independent of its column. The `clear_` kinds are about consent in any column. `none` is a
word such as “none”, which can mean “no messages at all” but is also written for a blank."""

Consent = Literal["yes", "unsubscribed", "bounced", "blocked", "left_out", "asked"]
"""`left_out`: neither yes nor no, so the contact is not changed. `asked`: the user must say what it means."""

Withheld = Literal["left_out", "bounced", "unsubscribed", "blocked"]
WITHHELD: Final[tuple[Withheld, ...]] = ("left_out", "bounced", "unsubscribed", "blocked")
"""Reasons not to contact a person, weakest first; only the first leaves the contact unchanged."""

Answer = Literal["yes", "no", "leave-out"]
ANSWERS: Final[tuple[Answer, ...]] = ("yes", "leave-out", "no")

CLEAR: Final = frozenset(("clear_no", "clear_bounced", "clear_blocked"))
LEFT_OUT: Final = "left_out"
NOTE: Final = "consent_note"
BLANK: Final = "="  # prefix of the key of an answer about blank cells
_CACHED: Final = 4_096
_LONGEST_KEY: Final = 120

_DATE = re.compile(
    r"\d{1,4} ?[-./年년] ?\d{1,2} ?[-./月월] ?\d{1,4}(?!\d)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?$|4\d{4}(?:\.\d+)?$|1[4-9]\d{8}(?:\d{3})?$"
    r"|(?:\w{2,10},? )?\d{1,2}[. -]{1,2}\w{3,10}[. ,-]{1,2}\d{2,4}\b|\w{3,10}\.? \d{1,2},? \d{4}\b"
)
# What may follow a date: a time of day and its zone.
_TIME = re.compile(
    r"[\s\d:.,+\-/()TZ]*(?:[ap]\.?m\.?\s*)?(?:\(?(?:UTC|GMT|[A-Z]{2,4}T)\)?)?[\s\d:+-]*", re.IGNORECASE
)
# An unticked box, cross, or negation sign before words negates them.
_UNTICKED = re.compile(r"\s*(?:[✗✘❌☐⛔🚫👎!¬]|\[\s*\]|\(\s*\))\s*\w")
_PARTING = re.compile(r"[,;|:.!?()/]| [-–—] ")
_NUMBER = re.compile(r"[-+]?[\d.,]+%?$")
_UN = re.compile(r"un\w+(?:ed|able|ible|ing)\b")


def consent_of(cell: str, field: str = "consent") -> Consent | None:
    """Return what a cell says in a column matched to `field`; None for nothing.

    In an `opt_out` or `bounced` column, a yes or a date is the bad news, and a no says nothing. A no to
    another channel than email leaves the person out, but does not withdraw consent to email. In notes only a
    clear no counts.
    """
    text = trimmed(cell)
    if field == NOTE:
        return _in_note(text)
    kind = kind_of(text)
    return None if kind is None else _MEANINGS[field].get(kind, "asked")


def answered(text: str, field: str, answers: Mapping[str, str]) -> Consent | None:
    """Return what a cell says, using the answers for values that are asked about or left out; `asked` if
    there is no answer. Answers do not change the meaning of other values."""
    said = consent_of(text, field)
    if said not in ("asked", LEFT_OUT):
        return said
    return _ANSWERED.get(answers.get(word_key(text)), said)


def said_of_blank(answer: str | None) -> Consent | None:
    """Return the meaning of blank cells for an answer about them."""
    return _ANSWERED.get(answer)


def blank_key(position: int) -> str:
    """Return the key of the answer about blank cells of a column; it never equals a word's key."""
    return f"{BLANK}{position}"


@lru_cache(maxsize=_CACHED)
def word_key(text: str) -> str:
    """Return a key that is equal for all spellings of a word, and for texts that differ only in a date; at
    most _LONGEST_KEY characters."""
    text = shape_of(trimmed(text))
    key = normalised(text) or text.casefold()
    if len(key) <= _LONGEST_KEY:
        return key
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{key[: _LONGEST_KEY - 20]} {digest}"


@lru_cache(maxsize=_CACHED)
def kind_of(text: str) -> Kind | None:
    """Return the kind of a trimmed cell; None for one that says nothing."""
    plain = normalised(text)
    if not plain:
        return _mark(text)
    kinds = _vocabulary().kinds
    if plain in _NONE:
        return "none"
    if _UNTICKED.match(text):
        return "asked"
    if plain not in kinds and is_blank(text) and "?" not in text:
        return None
    if plain in kinds:
        known = kinds[plain]
        return "clear_yes" if known == "yes" and _CLEAR_YES.match(plain) else known
    if date := _DATE.match(text):
        beside = text[date.end() :]
        return "date" if _TIME.fullmatch(beside) else kind_of(beside.strip(" :,;-–—")) or "date"
    if _NUMBER.match(text):
        return "number"
    return _phrase(plain)


@lru_cache(maxsize=_CACHED)
def is_clear(text: str) -> bool:
    """Return whether the cell, or an entry of a list in it, is about consent regardless of its column."""
    return normalised(text) in stops() or any(map(_tells, (text, *_parts(text))))


def takes_away(text: str) -> bool:
    """Return whether the cell says that someone withdrew consent or must not be contacted, rather than never
    agreed."""
    plain, kind = normalised(text), kind_of(text)
    if plain in _vocabulary().never_given:
        return False
    return kind == "blocked" or (kind == "no" and not _UN.match(plain)) or is_clear(text)


def _in_note(text: str) -> Consent | None:
    found = {kind_of(part) for part in (text, *_parts(text))} & CLEAR
    if found:
        return next(_SAME[kind] for kind in ("clear_blocked", "clear_no", "clear_bounced") if kind in found)
    return LEFT_OUT if is_clear(text) else None


def _parts(text: str) -> list[str]:
    return [part.strip(' "') for part in _PARTING.split(text)]


def _tells(text: str) -> bool:
    plain, known = normalised(text), _vocabulary()
    if kind_of(text) in CLEAR or plain in known.telling:
        return True
    if _AT_TIMES.search(plain) and _clear_place(plain) is not None:
        return True
    first, _, rest = plain.partition(" ")
    return known.kinds.get(first) in ("yes", "plain_yes") and kind_of(rest) in CLEAR  # "ya no quiere recibir"


@cache
def stops() -> frozenset[str]:
    """Return the single words that people send to stop messages."""
    return frozenset(_listed(words.STOPS))


def is_listed(text: str) -> bool:
    """Return whether the cell is a known word, not only a phrase that is understood."""
    return normalised(text) in _vocabulary().kinds


def _mark(text: str) -> Kind | None:
    if not text.strip("-–—−.…_/'\" \u200b\u200c\u200d\ufeff"):
        return None
    return _MARKS.get(words.MARKS.get(text[0], ""), "unknown")


def _phrase(plain: str) -> Kind:
    """Classify a text that is in no list, by its beginning and by unambiguous words in it."""
    known = _vocabulary()
    first, _, rest = plain.partition(" ")
    says_no = (
        known.no_beginning.match(plain) or plain[0] in words.NO_CHARACTERS or known.no_part.search(plain)
    )
    if says_no and known.against_no.search(plain, says_no.end() if isinstance(says_no, re.Match) else 0):
        return "clear_no" if _clear_place(plain) == 0 else "asked"
    begins = known.kinds.get(first)
    if joined := known.clear_joined.search(plain):
        return "asked" if known.no_part.search(plain, joined.end()) else "clear_no"
    if (place := _clear_place(plain)) is not None:
        is_turned_round = begins in ("yes", "plain_yes") or known.no_beginning_inside.search(plain[:place])
        return "asked" if is_turned_round or _AT_TIMES.search(plain) else "clear_no"
    if begins == "asked":
        return "asked"
    if says_no or _UN.match(plain):
        return "no"
    if begins == "plain_yes" and len(first) > 1 and not known.polite.sub("", rest).strip():
        return "yes"
    return "unknown"


def _clear_place(plain: str) -> int | None:
    """Return the position of the first unambiguous phrase, or None."""
    text = f" {plain} "
    phrases = (phrase for word in set(plain.split()) for phrase in _vocabulary().phrases.get(word, ()))
    places = [text.find(f" {phrase} ") for phrase in phrases]
    return min((place for place in places if place >= 0), default=None)


def _listed(text: str) -> list[str]:
    found = (normalised(word) for line in text.splitlines() for word in line.split("|"))
    return [word for word in found if word]


def _alternatives(text: str) -> str:
    return "|".join(sorted(map(re.escape, _listed(text)), key=len, reverse=True))


# For a word in two lists the later one counts, so that withdrawing consent takes precedence over granting it.
_LISTS: Final[tuple[tuple[Kind, str], ...]] = (
    ("yes", words.YES),
    ("plain_yes", words.PLAIN_YES),
    ("plain_no", words.PLAIN_NO),
    ("bounced", words.HARD_AND_SOFT),
    ("bounced", words.BOUNCED),
    ("blocked", words.BLOCKED),
    ("no", words.NO),
    ("asked", words.ASKED),
    ("left_out", words.LEFT_OUT),
    ("clear_no", "|".join(PHRASES)),
    ("clear_bounced", words.CLEAR_BOUNCED),
    ("clear_blocked", words.CLEAR_BLOCKED),
    ("clear_no", words.CLEAR_NO),
    ("clear_no", REFUSERS),
    ("clear_bounced", BOUNCES),
)
_NONE: Final = frozenset(("none", "nil"))
_MARKS: Final[dict[str, Kind]] = {"yes": "plain_yes", "no": "plain_no"}
_CLEAR_YES: Final = re.compile(
    "re ?subscri|subscri|opted in|abonn|suscri|iscri|inscri|angemeldet|prenumer|zapisan"
)
# A no that is limited to certain times: "do not call before 9 am".
_AT_TIMES: Final = re.compile(
    r"(?<!\w)(?:call|contact|mail|e ?mail|write|send|text|message|disturb)(?:ed)? "
    r"(?:(?:him|her|them|me|us) )?(?:before|after|until|till|between|during|at (?:night|work|home)"
    r"|on (?:sun|mon|tue|wed|thu|fri|sat|week|holi))"
    r"|nicht (?:vor|nach|zwischen|am) .*anrufen"
)
_WITHOUT_BLANKS: Final = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class _Vocabulary(NamedTuple):
    """The word lists in the form in which cells are compared with them. `phrases` is {longest word: the
    unambiguous phrases that contain it}."""

    kinds: dict[str, Kind]
    phrases: dict[str, list[str]]
    telling: frozenset[str]
    never_given: frozenset[str]
    no_beginning: re.Pattern[str]
    no_beginning_inside: re.Pattern[str]
    no_part: re.Pattern[str]
    against_no: re.Pattern[str]
    polite: re.Pattern[str]
    clear_joined: re.Pattern[str]


@cache
def _vocabulary() -> _Vocabulary:
    """Built on first use, because most processes never read a file and all of them start at once."""
    kinds = {word: kind for kind, text in _LISTS for word in _listed(text)}
    phrases: dict[str, list[str]] = {}
    for word, kind in kinds.items():
        if kind in CLEAR and len(word) > 5 and not _WITHOUT_BLANKS.search(word):
            phrases.setdefault(max(word.split(), key=len), []).append(word)
    beginnings = _alternatives(words.NO_BEGINNINGS)
    return _Vocabulary(
        kinds,
        phrases,
        frozenset(_listed(words.TELLING)),
        frozenset(_listed(words.NEVER_GIVEN)),
        no_beginning=re.compile(rf"(?:{beginnings})(?!\w)"),
        no_beginning_inside=re.compile(rf"(?<!\w)(?:{beginnings})(?!\w)"),
        no_part=re.compile(_alternatives(words.NO_PARTS)),
        against_no=re.compile(_alternatives(words.AGAINST_NO)),
        polite=re.compile(rf"(?<!\w)(?:{_alternatives(words.POLITE)})(?!\w)"),
        clear_joined=re.compile(_alternatives(words.CLEAR_JOINED)),
    )


_SAME: Final[dict[str, Consent | None]] = {
    "clear_no": "unsubscribed",
    "clear_bounced": "bounced",
    "clear_blocked": "blocked",
    "bounced": "bounced",
    "blocked": "blocked",
    "left_out": "left_out",
    "clear_yes": "yes",
}
_LEAVING_OUT: Final[dict[str, Consent | None]] = dict.fromkeys(
    (*CLEAR, "bounced", "blocked", "left_out"), LEFT_OUT
)
_MEANINGS: Final[dict[str, dict[str, Consent | None]]] = {
    "channel_consent": _LEAVING_OUT
    | {"plain_yes": "yes", "yes": "yes", "clear_yes": "yes", "date": "yes", "plain_no": LEFT_OUT}
    | {"no": LEFT_OUT},
    "channel_opt_out": _LEAVING_OUT
    | {"plain_yes": LEFT_OUT, "date": LEFT_OUT, "clear_yes": "yes", "plain_no": None, "none": None},
    "consent": _SAME
    | {"plain_yes": "yes", "yes": "yes", "date": "yes", "plain_no": "unsubscribed", "no": "unsubscribed"},
    "opt_out": _SAME | {"plain_yes": "unsubscribed", "date": "unsubscribed", "plain_no": None, "none": None},
    "bounced": _SAME | {"plain_yes": "bounced", "date": "bounced", "plain_no": None, "none": None},
}
_ANSWERED: Final[dict[str | None, Consent]] = {"yes": "yes", "no": "unsubscribed", "leave-out": "left_out"}

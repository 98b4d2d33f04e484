"""Parse dates as people and programs write them, using the style of the whole column.

`04/05/1990` is ambiguous by itself: the order of day and month is decided per column (`DateStyle`), where a
single value above 12 settles it. A text that cannot be a date is None; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal, NamedTuple

DateKind = Literal["plain", "either", "day_first", "month_first", "serial"]
"""What a text implies for its column: unambiguous, ambiguous, valid only with the day or only with the month
first, or a spreadsheet serial number, which is a date only if the whole column has such numbers."""

NO_YEAR: Final = 1604
"""Year used for dates without one (4 May): a leap year in which no living person was born."""
_FIRST_YEAR: Final = 1880
_LAST_YEAR: Final = 2199
_MAX_LENGTH: Final = 80
_SPREADSHEET_EPOCH: Final = date(1899, 12, 30)  # correct for all dates after February 1900
_SERIALS: Final = range(5_000, 110_000)  # 1913 to 2201; smaller numbers may be years
_MONTH_FIRST_IN: Final = frozenset({"US", "PH", "FM", "MH", "PW"})
_LOCALES: Final = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs"),
    *("sk", "hu", "ro", "tr", "ru", "uk", "el", "bg", "lt", "lv", "et", "sl", "ca"),
)

_TIME: Final = (
    r"(?:[T ,]+\d{1,2}(?:[:.h]\d\d){0,2}(?:[.,]\d{1,9})?\s?(?:[ap]\.?m\.?)?\s?(?:uhr|h|Z|UTC|GMT)?"
    r"\s?(?:[+-]\d\d:?\d\d)?(?:\s\([^()]*\))?)?\Z"
)
_YEAR: Final = r"(\d{4}|'?\d\d)"
_ISO: Final = re.compile(r"(\d{4})(?:([-/. ])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)" + _TIME, re.I)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T\d{4,6}Z?)?\Z")
_PAIR: Final = re.compile(r"(\d{1,2})([-/. ])\s?(\d{1,2})(?:\2\s?" + _YEAR + r")?\.?" + _TIME, re.I)
_WORD: Final = r"([^\W\d_]{3,12})\.?"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?"
_DAY_MONTH: Final = re.compile(
    _DAY + r"[\s/-]*(?:de\s|of\s)?" + _WORD + r"(?:[\s/,-]+(?:de\s|del\s)?" + _YEAR + ")?" + _TIME, re.I
)
_MONTH_DAY: Final = re.compile(_WORD + r"[\s/-]*" + _DAY + r"(?:[\s/,-]+" + _YEAR + ")?" + _TIME, re.I)
_YEAR_MONTH: Final = re.compile(r"(\d{4})[\s/.-]+" + _WORD + r"[\s/-]+" + _DAY + _TIME, re.I)
_WITHOUT_YEAR: Final = re.compile(r"--(\d\d)-?(\d\d)\Z")
_WEEKDAY: Final = re.compile(r"[^\W\d_]{2,12}[.,]*\s+")
_NUMBER: Final = re.compile(r"(\d{4,6})(?:\.\d{1,12})?\Z")


class DateStyle(NamedTuple):
    """Date style of a column.

    `month_first` None: undecided, ambiguous dates are not read. `serial`: numbers are spreadsheet serial
    dates. `this_year`: two-digit years that would be later belong to the previous century.
    """

    month_first: bool | None
    serial: bool = False
    this_year: int = 2050


class _Parts(NamedTuple):
    kind: DateKind
    year: int | None
    first: int
    second: int


def is_month_first(country: str) -> bool:
    """Return True if dates in the country (ISO 3166 alpha-2) have the month first: 04/23/1990."""
    return country in _MONTH_FIRST_IN


def read_date(text: str, style: DateStyle) -> date | None:
    """Parse a date; None if the text is not one. Dates without a year get the year NO_YEAR."""
    if len(text) == 10 and text[4] == "-" == text[7]:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
    written = _parse(text, style.this_year)
    if written is None:
        return None
    kind, year, first, second = written
    if kind == "serial":
        return _SPREADSHEET_EPOCH + timedelta(days=first) if style.serial else None
    if kind == "either" and style.month_first is None:
        return None
    is_swapped = kind == "month_first" or (kind == "either" and style.month_first)
    day, month = (second, first) if is_swapped else (first, second)
    return _valid_date(NO_YEAR if year is None else year, month, day)


def kind_of(text: str) -> DateKind | None:
    """Return what a text implies for the dates of its column; None if it is not a date."""
    written = _parse(text, 2050)
    return None if written is None else written.kind


def _parse(text: str, this_year: int) -> _Parts | None:
    """Return the parts of a date; `first` and `second` are day and month, in that order if it is known."""
    if len(text) > _MAX_LENGTH:
        return None
    text = text.strip()
    if not text[-1:] or not any(map(str.isdigit, text)):
        return None
    found = _parse_numeric(text, this_year) or _parse_with_weekday(text, this_year)
    if found is None or found.kind == "serial":
        return found
    year, first, second = found.year, found.first, found.second
    leap = NO_YEAR if year is None else year
    if found.kind == "plain":
        return found if _valid_date(leap, second, first) else None
    day_first, month_first = _valid_date(leap, second, first), _valid_date(leap, first, second)
    if day_first and month_first:
        return found._replace(kind="plain" if first == second else "either")
    if not (day_first or month_first):
        return None
    return found._replace(kind="day_first" if day_first else "month_first")


def _parse_numeric(text: str, this_year: int) -> _Parts | None:
    if found := _PAIR.match(text):
        return _parse_pair(found, this_year)
    if found := _ISO.match(text):
        return _Parts("plain", int(found[1]), int(found[4] or found[6]), int(found[3] or found[5]))
    if found := _COMPACT.match(text):
        return _parse_compact(found)
    if found := _WITHOUT_YEAR.match(text):
        return _Parts("plain", None, int(found[2]), int(found[1]))
    if (found := _NUMBER.match(text)) and int(found[1]) in _SERIALS:
        return _Parts("serial", None, int(found[1]), 0)
    return None


def _parse_pair(found: re.Match[str], this_year: int) -> _Parts | None:
    first, second = int(found[1]), int(found[3])
    if found[4] is None and found[2] == " ":
        return None
    if first > 31 and found[4] is not None and len(found[4]) == 2:
        return _Parts("plain", _full_year(found[1], this_year), int(found[4]), second)
    year = None if found[4] is None else _full_year(found[4], this_year)
    if found[2] == "." and second <= 12:
        return _Parts("plain", year, first, second)  # dates with periods always have the day first
    return _Parts("either", year, first, second)


def _parse_compact(found: re.Match[str]) -> _Parts | None:
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if _valid_date(year, month, day):
        return _Parts("plain", year, day, month)
    digits = found[1] + found[2] + found[3]
    return _Parts("either", int(digits[4:]), int(digits[:2]), int(digits[2:4]))


def _parse_with_weekday(text: str, this_year: int) -> _Parts | None:
    found = _parse_month_name(text, this_year)
    if found is None and (weekday := _WEEKDAY.match(text)):
        return _parse_month_name(text[weekday.end() :], this_year)
    return found


def _parse_month_name(text: str, this_year: int) -> _Parts | None:
    if found := _DAY_MONTH.match(text):
        day, word, year = found[1], found[2], found[3]
    elif found := _MONTH_DAY.match(text):
        word, day, year = found[1], found[2], found[3]
    elif found := _YEAR_MONTH.match(text):
        year, word, day = found[1], found[2], found[3]
    else:
        return None
    month = _months().get(_fold(word))
    if month is None:
        return None
    return _Parts("plain", None if year is None else _full_year(year, this_year), int(day), month)


def _full_year(digits: str, this_year: int) -> int:
    year = int(digits.lstrip("'"))
    if len(digits) == 4:
        return year
    century = this_year - this_year % 100
    return century + year if century + year <= this_year else century - 100 + year


def _valid_date(year: int, month: int, day: int) -> date | None:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR or year == NO_YEAR):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Return {name or abbreviation: month} in the languages of the header words. Loaded on first use."""
    from babel.dates import get_month_names

    names: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, locale).items():
                    names.setdefault(_fold(name), month)
    names |= {"sept": 9, "maerz": 3, "mrz": 3, "janner": 1}
    return names


def _fold(word: str) -> str:
    """Return the text in lower case, without accents and trailing periods."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).rstrip(".")

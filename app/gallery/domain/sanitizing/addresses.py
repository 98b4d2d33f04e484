"""Email addresses, phone numbers, and dates in a region of a text, however they are written."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from phonenumbers import Leniency, PhoneNumberMatcher

from app.gallery.domain.sanitizing.regions import Region
from app.platform.addresses import email_key, phone_key

_LOCAL: Final = r"[\w!#$%&'*+^{|}~.-]{1,64}"
_LABEL: Final = r"[^\W_][\w-]{0,62}"
_DOT: Final = r"(?:\.|\s\.\s|\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?)"
EMAIL: Final = re.compile(
    rf"{_LOCAL}(?:@|\s?[(\[{{]\s?(?:at|@)\s?[)\]}}]\s?|\s@\s){_LABEL}(?:{_DOT}{_LABEL}){{1,8}}"
    rf"|{_LOCAL}\sat\s{_LABEL}(?:\sdot\s{_LABEL}){{1,8}}",
    re.IGNORECASE,
)
SPELLED: Final = ((re.compile(r"\W?\bat\b\W?", re.I), "@"), (re.compile(r"\W?\bdot\b\W?", re.I), "."))
MANY_DIGITS: Final = re.compile(r"\d(?:\W{0,4}\d){6}")
NUMBER: Final = re.compile(r"(?<![\w@.])\(?\+?\(?\d(?:[\s()./\u2010-\u2015-]{0,3}\d){5,28}(?![\w@])")
MAX_GROUPS: Final = 14
MIN_DIGITS: Final = 7
MAX_DIGITS: Final = 18  # the longest number has 15, with 00 before it and (0) in it
MAX_TRIES: Final = 2_000
MAX_READINGS: Final = 400
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS)
DATE: Final = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b|\b(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})[./](?P<y>\d{{4}})\b"
    rf"|\b(?P<m1>{_MONTH})\.?\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y1>\d{{4}})\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?P<m2>{_MONTH})\.?,?\s(?P<y2>\d{{4}})\b",
    re.IGNORECASE,
)


class FoundEmail(NamedTuple):
    """An email address in the plain view. `is_loose`: with spaces, so that it may be something else."""

    key: str
    start: int
    end: int
    is_loose: bool = False


class FoundPhone(NamedTuple):
    """Digits in the plain view. `keys` are the numbers that they may be; `is_number`: they are one, as they
    are written in the country."""

    keys: tuple[str, ...]
    start: int
    end: int
    is_number: bool


class FoundDate(NamedTuple):
    """A date in the plain view. Two `days` if it is unclear which number is the month."""

    days: tuple[date, ...]
    start: int
    end: int


def emails_in(region: Region) -> Iterator[FoundEmail]:
    """Yield the email addresses of a region."""
    plain = region.view.plain
    if "@" not in plain and " at " not in plain.lower() and not re.search(r"[(\[{]\s?at", plain, re.I):
        return
    for found in EMAIL.finditer(plain):
        start = found.start() + len(found[0]) - len(found[0].lstrip(".'!#$%&*+^{|}~-"))
        end = found.start() + len(found[0].rstrip("-"))
        text = plain[start:end]
        compact = re.sub(r"\s", "", text)
        for pattern, sign in SPELLED if "@" not in text else ():
            text = pattern.sub(sign, text)
            compact = re.sub(r"\s", "", text)
        compact = re.sub(r"[(\[{](?:at|@)[)\]}]", "@", compact, flags=re.I)
        compact = re.sub(r"[(\[{](?:dot|\.)[)\]}]", ".", compact, flags=re.I)
        key = email_key(compact)
        yield FoundEmail(
            key if isinstance(key, str) else compact.lower(), start, end, is_loose=" @ " in plain[start:end]
        )


def phones_in(region: Region, country: str) -> Iterator[FoundPhone]:
    """Yield what may be phone numbers. `country` (ISO 3166, may be empty) is that of numbers without a
    country code.

    In a text with more digits than anybody writes, what is left after MAX_READINGS counts as a number unread:
    reading it all takes seconds, and leaving it might leave somebody's number.
    """
    plain = region.view.plain
    if not MANY_DIGITS.search(plain):
        return
    taken: list[tuple[int, int]] = []
    for match in PhoneNumberMatcher(plain, country or None, Leniency.VALID, MAX_TRIES):
        taken.append((match.start, match.end))
        is_clear = not region.is_in_link or region.mode == "address" or "+" in match.raw_string
        keys = _keys(match.raw_string, country)
        if keys:
            yield FoundPhone(keys, match.start, match.end, is_clear)
    left = MAX_READINGS
    for found in NUMBER.finditer(plain):
        if left <= 0:
            if len(_digits(found[0])) >= MIN_DIGITS and not _overlaps(taken, *found.span()):
                yield FoundPhone((_digits(found[0]),), *found.span(), is_number=True)
            continue
        is_number = region.mode == "address" or _is_spaced_out(found[0], country)
        for start, end in _windows(plain, *found.span()):
            if _overlaps(taken, start, end):
                continue
            left -= 1
            if keys := _keys(plain[start:end], country):
                yield FoundPhone(keys, start, end, is_number and (start, end) == found.span())


def _overlaps(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether a part of a text overlaps one of those, which are in order."""
    before = bisect_left(taken, (end,)) - 1
    return before >= 0 and taken[before][1] > start


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of some digits that may be a number: all of them, and with other numbers beside it,
    some groups."""
    yield start, end
    groups = [match.span() for match in re.finditer(r"\(?\+?\d+", text[start:end])]
    if len(groups) > MAX_GROUPS:
        return
    for first in range(len(groups)):
        for last in range(first, len(groups)):
            begin, stop = start + groups[first][0], start + groups[last][1]
            digits = len(_digits(text[begin:stop]))
            if (begin, stop) != (start, end) and MIN_DIGITS <= digits <= MAX_DIGITS:
                yield begin, stop


def _keys(text: str, country: str) -> tuple[str, ...]:
    digits = _digits(text)
    readings = [text] if len(digits) > MAX_DIGITS else dict.fromkeys((text, f"+{digits}", digits))
    keys = (phone_key(one, country or None) for one in readings)
    return tuple(dict.fromkeys(key for key in keys if isinstance(key, str)))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_spaced_out(text: str, country: str) -> bool:
    """Return whether digits with many separators are a number of the country: 0 1 5 1 2 3 4 5 6 7 8."""
    digits = re.sub(r"[^\d+]", "", text)
    if 2 * len(digits) > len(text) + 2 or not digits.startswith(("0", "+")):
        return False
    return any(True for _ in PhoneNumberMatcher(digits, country or None, Leniency.VALID, 1))


def dates_in(region: Region) -> Iterator[FoundDate]:
    """Yield the dates of a region that have a year."""
    for found in DATE.finditer(region.view.plain):
        if days := tuple(_days(found.groupdict())):
            yield FoundDate(days, *found.span())


def _days(parts: dict[str, str | None]) -> Iterator[date]:
    numbers: list[tuple[int, int, int]]
    if parts["iso"]:
        iso = parts["iso"]
        numbers = [(int(iso[:4]), int(iso[5:7]), int(iso[8:]))]
    elif parts["y"]:
        year, one, other = int(parts["y"]), int(parts["a"] or 0), int(parts["b"] or 0)
        numbers = [(year, other, one)] + ([(year, one, other)] if one != other else [])
    else:
        name = (parts["m1"] or parts["m2"] or "")[:3].lower()
        month = next(at for at, one in enumerate(MONTHS, 1) if one.startswith(name))
        year, day = int(parts["y1"] or parts["y2"] or 0), int(parts["d1"] or parts["d2"] or 0)
        numbers = [(year, month, day)]
    for year, month, day in numbers:
        try:
            yield date(year, month, day)
        except ValueError:
            continue

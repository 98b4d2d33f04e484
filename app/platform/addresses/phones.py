"""A phone number of a cell as E.164, or why it is none.

A number without a plus can be read in two ways: as one of the account's country, or with its country code in
front. The way in which it is valid is taken; where both are, the column decides, which the caller knows.
Words around a number are no part of it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher

from app.platform.addresses.problems import FIRST_NUMBER, AddressProblem
from app.platform.addresses.text import trimmed, unquoted
from app.platform.blank_words import is_blank

_LONGEST: Final = 250
_LABEL: Final = re.compile(r"(?:p|tel|phone|mobile|cell|fon|telefon|handy|t|m|whatsapp)\s?[:=]\s?", re.I)
_LINK: Final = re.compile(r"(?:https?://)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?", re.I)
_SHORTENED: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")
_DECIMALS: Final = re.compile(r"(\d{6,})[.,]0+")
_SEPARATORS: Final = re.compile(r":::|[;,|\r\n\t]|\s(?:und|and|oder|or|et|ou|y|o|e|bzw\.?)\s", re.I)
_WITHOUT_PLUS: Final = re.compile(r"[1-9][\d .()/-]{5,24}")
_LEAST_DIGITS: Final = 5
_WORDS: Final = re.compile(r"[^\W\d_]{2,}|\b[^\W\d_][.:]")
_MOST_TRIES: Final = 4  # places in a text at which a number is looked for
_LONGEST_WITH_WORDS: Final = 100


class PhoneReading(NamedTuple):
    """What a cell holds: a number in E.164 or a problem, and a note's slug when there was a choice."""

    key: str | None
    problem: AddressProblem | None
    note: str | None = None


def read_phone(cell: str, country: str | None, international: bool = False) -> PhoneReading:
    """The number of a cell; of several the first, which the note says.

    `country` is the account's (ISO 3166 alpha-2), for numbers without a country code. `international` is the
    column's reading of a number without a plus that is valid in both ways. Asks whether other numbers are
    possible (length), not whether their range is in use: that list is older than the numbers.
    """
    text = _bare(cell[: _LONGEST + 1])
    if is_blank(text):
        return PhoneReading(None, AddressProblem.PHONE_BLANK)
    if len(text) > _LONGEST:
        return PhoneReading(None, AddressProblem.PHONE_TOO_LONG)
    if _SHORTENED.fullmatch(text):
        return PhoneReading(None, AddressProblem.PHONE_SHORTENED)
    plain = None if _WORDS.search(text) else _read_plain(text, country, international)
    if plain is not None and plain.key is not None:
        return plain
    return _inside(text, country, international) or plain or _read_plain(text, country, international)


def _read_plain(text: str, country: str | None, international: bool) -> PhoneReading:
    numbers = [part for part in map(_bare, _SEPARATORS.split(text)) if _digits(part) >= _LEAST_DIGITS]
    first = numbers[0] if numbers else text
    if "/" in first and (before := first.partition("/")[0]) and _is_whole_number(before, country):
        return _read(_bare(before), country, international, FIRST_NUMBER)
    return _read(first, country, international, FIRST_NUMBER if len(numbers) > 1 else None)


def phone_key(text: str, country: str | None) -> str | AddressProblem:
    """The number in E.164 (`+33612345678`), or why it is none; see `read_phone`."""
    reading = read_phone(text, country)
    return reading.key or reading.problem or AddressProblem.PHONE_NO_NUMBER


def is_written_abroad(cell: str, country: str | None) -> bool | None:
    """What a number without a plus says of its column: True that country codes stand in front, False that the
    numbers are those of `country`, None when it says nothing.

    Where both readings are valid, which is often so in countries with numbers of many lengths, the country's
    own code in front or a mobile number on one side only decides.
    """
    text = _bare(cell[:_LONGEST])
    if not _WITHOUT_PLUS.fullmatch(text):
        return None
    abroad, at_home = _valid("+" + text, None), _valid(text, country)
    if abroad is None or at_home is None:
        return None if abroad is at_home else at_home is None
    if abroad == at_home:
        return None
    if abroad.country_code == at_home.country_code:
        return True
    is_mobile_abroad, is_mobile_at_home = _is_mobile(abroad), _is_mobile(at_home)
    return None if is_mobile_abroad is is_mobile_at_home else is_mobile_abroad


def _read(text: str, country: str | None, international: bool, note: str | None) -> PhoneReading:
    at_home = _parsed(text, country)
    if _WITHOUT_PLUS.fullmatch(text) and (abroad := _abroad(text, at_home, international)) is not None:
        at_home = abroad
    problem = _problem_of(at_home)
    if problem is not None:
        return PhoneReading(None, problem)
    assert isinstance(at_home, PhoneNumber)
    return PhoneReading(_e164(at_home), None, note)


def _inside(text: str, country: str | None, international: bool) -> PhoneReading | None:
    """The first number in a text that holds other things too; None without any. Taken as a whole, letters
    behind a number would be read as the digits on their keys."""
    if len(text) > _LONGEST_WITH_WORDS:
        return None
    found = [
        match.raw_string
        for match in PhoneNumberMatcher(text, country, Leniency.POSSIBLE, _MOST_TRIES)
        if _digits(match.raw_string) >= _LEAST_DIGITS
    ]
    if not found or (len(found) == 1 and found[0] == text):
        return None
    return _read(found[0], country, international, FIRST_NUMBER if len(found) > 1 else None)


def _abroad(text: str, at_home: PhoneNumber | AddressProblem, international: bool) -> PhoneNumber | None:
    """The number read with its country code in front, where that is the better reading."""
    abroad = _valid("+" + text, None)
    if international or not isinstance(at_home, PhoneNumber) or not phonenumbers.is_valid_number(at_home):
        return abroad
    return None


def _parsed(text: str, country: str | None) -> PhoneNumber | AddressProblem:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as refusal:
        return _PARSE_PROBLEMS.get(refusal.error_type, AddressProblem.PHONE_NO_NUMBER)


def _valid(text: str, country: str | None) -> PhoneNumber | None:
    number = _parsed(text, country)
    return number if isinstance(number, PhoneNumber) and phonenumbers.is_valid_number(number) else None


def _is_mobile(number: PhoneNumber) -> bool:
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _problem_of(number: PhoneNumber | AddressProblem) -> AddressProblem | None:
    if isinstance(number, AddressProblem):
        return number
    if number.extension:
        return AddressProblem.PHONE_EXTENSION
    return _POSSIBILITY_PROBLEMS.get(phonenumbers.is_possible_number_with_reason(number))


def _is_whole_number(text: str, country: str | None) -> bool:
    """Whether what stands before a slash is a number by itself, and not the area code of the rest."""
    return _digits(text) > _LEAST_DIGITS and _valid(_bare(text), country) is not None


def _bare(cell: str) -> str:
    text = trimmed(unquoted(trimmed(cell if cell.isascii() else unicodedata.normalize("NFKC", cell))))
    if link := _LINK.match(text):
        return "+" + text[link.end() :]
    if label := _LABEL.match(text):
        text = trimmed(text[label.end() :])
    if decimals := _DECIMALS.fullmatch(text):
        text = decimals[1]
    return text


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_PARSE_PROBLEMS: Final[dict[int, AddressProblem]] = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: AddressProblem.PHONE_NO_COUNTRY,
    phonenumbers.NumberParseException.NOT_A_NUMBER: AddressProblem.PHONE_NO_NUMBER,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: AddressProblem.PHONE_TOO_LONG,
}
# A number that works only inside its own town is no key either: IS_POSSIBLE_LOCAL_ONLY counts as too short.
_POSSIBILITY_PROBLEMS: Final[dict[int, AddressProblem]] = {
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: AddressProblem.PHONE_NO_COUNTRY,
    phonenumbers.ValidationResult.TOO_SHORT: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.ValidationResult.TOO_LONG: AddressProblem.PHONE_TOO_LONG,
    phonenumbers.ValidationResult.INVALID_LENGTH: AddressProblem.PHONE_IMPOSSIBLE,
}

"""Read the phone number of a cell as E.164, or diagnose why there is none.

Words around a number are ignored. How the number itself is read: see `dialing`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher

from app.platform.addresses.dialing import country_code_vote, e164, read_dialed, valid_number
from app.platform.addresses.problems import EITHER_WAY, FIRST_NUMBER, AddressProblem
from app.platform.addresses.text import trimmed, unquoted
from app.platform.text.blank_words import is_blank

_MAX_LENGTH: Final = 250
_LABEL: Final = re.compile(r"(?:p|tel|phone|mobile|cell|fon|telefon|handy|t|m|whatsapp)\s?[:=]\s?", re.I)
_LINK: Final = re.compile(r"(?:https?://)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?", re.I)
_SCIENTIFIC: Final = re.compile(r"[+-]?(\d+)(?:[.,](\d+))?[eE]\+?(\d+)")
_MAX_EXPONENT_DIGITS: Final = 3
_DECIMALS: Final = re.compile(r"(\d{6,})[.,]0+")
_SEPARATORS: Final = re.compile(r":::|[;,|\r\n\t]|\s(?:und|and|oder|or|et|ou|y|o|e|bzw\.?)\s", re.I)
_MIN_DIGITS: Final = 5
_WORDS: Final = re.compile(r"[^\W\d_]{2,}|\b[^\W\d_][.:]")
_CODE_BEFORE: Final = re.compile(r"\+\d{1,4}[ ()./-]*$")  # its number does not start at the match
_MAX_MATCH_TRIES: Final = 4  # limits the cost of a cell
_MAX_SEARCH_LENGTH: Final = 100


class PhoneReading(NamedTuple):
    """Result of reading a cell: a number in E.164 or a problem, and the slugs of notes, separated by spaces:
    the cell held several numbers, or this one has a second likely reading."""

    key: str | None
    problem: AddressProblem | None
    note: str | None = None


def read_phone(cell: str, country: str | None, international: bool = False) -> PhoneReading:
    """Read the first phone number of a cell. Never raises.

    `country` (ISO 3166 alpha-2) applies to numbers without a country code. `international`: prefer the
    reading with a country code for a number without a plus that is valid in both readings. Other numbers need
    only a possible length, because the library's list of number ranges lags behind the ranges in use.
    """
    text = _strip_decoration(cell[: _MAX_LENGTH + 1])
    if is_blank(text):
        return PhoneReading(None, AddressProblem.PHONE_BLANK)
    if len(text) > _MAX_LENGTH:
        return PhoneReading(None, AddressProblem.PHONE_TOO_LONG)
    if scientific := _SCIENTIFIC.fullmatch(text):
        whole, decimals, exponent = scientific.groups(default="")
        if len(exponent) > _MAX_EXPONENT_DIGITS or len(decimals) != int(exponent):
            return PhoneReading(None, AddressProblem.PHONE_SHORTENED)
        text = whole + decimals
    plain = None if _WORDS.search(text) else _read_without_words(text, country, international)
    if plain is not None and plain.key is not None:
        return plain
    return (
        _find_in_text(text, country, international)
        or plain
        or _read_without_words(text, country, international)
    )


def _read_without_words(text: str, country: str | None, international: bool) -> PhoneReading:
    numbers = [
        part for part in map(_strip_decoration, _SEPARATORS.split(text)) if _digits(part) >= _MIN_DIGITS
    ]
    first = numbers[0] if numbers else text
    if "/" in first and (before := first.partition("/")[0]) and _is_whole_number(before, country):
        return _read(_strip_decoration(before), country, international, FIRST_NUMBER)
    return _read(first, country, international, FIRST_NUMBER if len(numbers) > 1 else None)


def phone_key(text: str, country: str | None) -> str | AddressProblem:
    """Return the number in E.164 (`+33612345678`), or why it is invalid; see `read_phone`."""
    reading = read_phone(text, country)
    return reading.key or reading.problem or AddressProblem.PHONE_NO_NUMBER


def has_country_code(cell: str, country: str | None) -> bool | None:
    """Return True if a number without a plus starts with a country code, False if it is national, else None.

    None: no evidence. See `country_code_vote`.
    """
    return country_code_vote(_strip_decoration(cell[:_MAX_LENGTH]), country)


def _read(text: str, country: str | None, international: bool, note: str | None) -> PhoneReading:
    number, is_doubtful = read_dialed(text, country, international)
    problem = _problem_of(number)
    if problem is not None:
        return PhoneReading(None, problem)
    assert isinstance(number, PhoneNumber)
    notes = (note, EITHER_WAY if is_doubtful else None)
    return PhoneReading(e164(number), None, " ".join(filter(None, notes)) or None)


def _find_in_text(text: str, country: str | None, international: bool) -> PhoneReading | None:
    """Read the first number in a text with other words; None if there is none.

    Parsing the whole text would convert letters after a number to the digits on their keys.
    """
    if len(text) > _MAX_SEARCH_LENGTH:
        return None
    matches = [
        match
        for match in PhoneNumberMatcher(text, country, Leniency.POSSIBLE, _MAX_MATCH_TRIES)
        if _digits(match.raw_string) >= _MIN_DIGITS
    ]
    if matches and _CODE_BEFORE.search(text[: matches[0].start]):
        return None
    found = [match.raw_string for match in matches]
    if not found or (len(found) == 1 and found[0] == text):
        return None
    return _read(found[0], country, international, FIRST_NUMBER if len(found) > 1 else None)


def _problem_of(number: PhoneNumber | AddressProblem) -> AddressProblem | None:
    if isinstance(number, AddressProblem):
        return number
    if number.extension:
        return AddressProblem.PHONE_EXTENSION
    return _POSSIBILITY_PROBLEMS.get(phonenumbers.is_possible_number_with_reason(number))


def _is_whole_number(text: str, country: str | None) -> bool:
    """Return True if the text before a slash is a complete number rather than an area code."""
    return _digits(text) > _MIN_DIGITS and valid_number(_strip_decoration(text), country) is not None


def _strip_decoration(cell: str) -> str:
    text = trimmed(
        unquoted(trimmed(cell if cell.isascii() else unicodedata.normalize("NFKC", cell)))
    ).removeprefix("'")
    if link := _LINK.match(text):
        return "+" + text[link.end() :]
    if label := _LABEL.match(text):
        text = trimmed(text[label.end() :])
    if decimals := _DECIMALS.fullmatch(text):
        text = decimals[1]
    return text


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


# A number without its area code is not a key: IS_POSSIBLE_LOCAL_ONLY counts as too short.
_POSSIBILITY_PROBLEMS: Final[dict[int, AddressProblem]] = {
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: AddressProblem.PHONE_NO_COUNTRY,
    phonenumbers.ValidationResult.TOO_SHORT: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.ValidationResult.TOO_LONG: AddressProblem.PHONE_TOO_LONG,
    phonenumbers.ValidationResult.INVALID_LENGTH: AddressProblem.PHONE_IMPOSSIBLE,
}

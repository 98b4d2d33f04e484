"""How the digits of a phone number are read: national, or with a country code in front.

A number without a plus has both readings. The valid one is used; if both are valid, the caller decides by
looking at the whole column. A number that starts with the country's own code and would otherwise be longer
than the country's numbers is read with the code.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from app.platform.addresses.problems import AddressProblem

Parsed = PhoneNumber | AddressProblem

WITHOUT_PLUS: Final = re.compile(r"[1-9][\d .()/-]{5,24}")
_DIALED_ABROAD: Final = re.compile(r"\(?0(?:0|11)[ .()/-]*(?=[1-9])")
_TRUNK_ZERO: Final = re.compile(r"\(\s*0\s*\)")
_USUAL_TYPES: Final = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
_LONGEST: Final = 15


def read_dialed(text: str, country: str | None, international: bool) -> tuple[Parsed, bool]:
    """Return the number, or why there is none, and whether another reading is likely too.

    `international`: prefer a country code in front if both readings are valid.
    """
    number = _parsed(text, country)
    if WITHOUT_PLUS.fullmatch(text):
        return _read_without_plus(text, number, international)
    if text[:1] == "0" or text[:2] == "(0":
        return _read_with_zero(text, country, number)
    if "0" in text and not _is_valid(number) and (without := _TRUNK_ZERO.sub(" ", text, count=1)) != text:
        return valid_number(without, country) or number, False
    return number, False


def country_code_vote(text: str, country: str | None) -> bool | None:
    """Return whether a number without a plus starts with a country code; None if that is unclear.

    If both readings are valid, which is common in countries with variable number lengths, the country's own
    code in front, or a mobile number in only one of the readings, decides.
    """
    if not WITHOUT_PLUS.fullmatch(text):
        return None
    prefixed, national = valid_number("+" + text, None), valid_number(text, country)
    if prefixed is None or national is None:
        return None if prefixed is national else national is None
    return _vote(prefixed, national)


def valid_number(text: str, country: str | None) -> PhoneNumber | None:
    """Return the number if it is in a range that the library knows, else None."""
    number = _parsed(text, country)
    return number if isinstance(number, PhoneNumber) and _is_valid(number) else None


def e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_without_plus(text: str, national: Parsed, international: bool) -> tuple[Parsed, bool]:
    prefixed = valid_number("+" + text, None)
    if prefixed is None and "0" in text:
        prefixed = valid_number("+" + _TRUNK_ZERO.sub(" ", text, count=1), None)
    if prefixed is None or prefixed == national:
        return national, False
    if not isinstance(national, PhoneNumber) or not _is_valid(national):
        return prefixed, False
    vote = _vote(prefixed, national)
    if not international and prefixed.country_code == national.country_code and _is_too_long(national):
        return prefixed, not _is_mobile(prefixed)
    return (prefixed if international else national), vote is (not international)


def _read_with_zero(text: str, country: str | None, number: Parsed) -> tuple[Parsed, bool]:
    """Read a number that starts with 00 or 011, which may not be the international prefix of the country, or
    with a zero and the country's own code."""
    if abroad := _DIALED_ABROAD.match(text):
        rest = text[abroad.end() :]
        if isinstance(number, PhoneNumber) and e164(number)[1:] == re.sub(r"\D", "", rest):
            return number, False
        dialed = valid_number("+" + rest, None) or valid_number("+" + _TRUNK_ZERO.sub(" ", rest, 1), None)
        if dialed is None or dialed == number:
            return number, False
        return (number, text.startswith("00")) if _is_valid(number) else (dialed, False)
    code = str(phonenumbers.country_code_for_region(country or ""))
    digits = re.sub(r"\D", "", text[:_LONGEST])[1:]
    if not digits.startswith(code) or (_is_valid(number) and not _is_too_long(number)):
        return number, False
    prefixed = valid_number("+" + text.replace("0", "", 1), None)
    return (number if prefixed is None or not _is_mobile(prefixed) else prefixed), False


def _vote(prefixed: PhoneNumber, national: PhoneNumber) -> bool | None:
    if prefixed == national:
        return None
    if prefixed.country_code == national.country_code:
        return True
    is_prefixed_mobile, is_national_mobile = _is_mobile(prefixed), _is_mobile(national)
    return None if is_prefixed_mobile is is_national_mobile else is_prefixed_mobile


def _parsed(text: str, country: str | None) -> Parsed:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as refusal:
        return _PARSE_PROBLEMS.get(refusal.error_type, AddressProblem.PHONE_NO_NUMBER)


def _is_valid(number: Parsed) -> bool:
    return isinstance(number, PhoneNumber) and phonenumbers.is_valid_number(number)


def _is_mobile(number: PhoneNumber) -> bool:
    return phonenumbers.number_type(number) == PhoneNumberType.MOBILE


def _is_too_long(number: Parsed) -> bool:
    """Return whether a number is longer than fixed-line and mobile numbers of its country usually are."""
    if not isinstance(number, PhoneNumber):
        return False
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return len(phonenumbers.national_significant_number(number)) > _longest_usual(region)


@cache
def _longest_usual(region: str) -> int:
    examples = (phonenumbers.example_number_for_type(region, kind) for kind in _USUAL_TYPES)
    lengths = [len(phonenumbers.national_significant_number(example)) for example in examples if example]
    return max(lengths, default=_LONGEST)


_PARSE_PROBLEMS: Final[dict[int, AddressProblem]] = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: AddressProblem.PHONE_NO_COUNTRY,
    phonenumbers.NumberParseException.NOT_A_NUMBER: AddressProblem.PHONE_NO_NUMBER,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: AddressProblem.PHONE_TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: AddressProblem.PHONE_TOO_LONG,
}

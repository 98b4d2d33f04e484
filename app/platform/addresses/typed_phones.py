"""Starts of the stored numbers that a typed phone number, or the start of one, may mean.

A search finds a number however it is typed: with spaces, a trunk zero, `(0)`, `00` or no plus.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import phonenumbers

from app.platform.addresses.phones import phone_key

_TYPED: Final = re.compile(r"[\s(]*\+?[\d\s()./\u2010-\u2015-]{3,40}")
_MIN_DIGITS: Final = 2
_MIN_DIGITS_ALONE: Final = 5  # shorter numbers are more likely part of a name or an address
_MIN_DIGITS_READ: Final = 7
_MAX_CODE: Final = 3


def phone_starts(text: str, country: str) -> tuple[str, ...]:
    """Return starts of E.164 numbers, likeliest first; none if the text is no number. None of them is the
    start of a later one.

    `country` (ISO 3166 alpha-2, may be empty) applies to numbers without a country code.
    """
    text = unicodedata.normalize("NFKC", text.strip())
    digits = re.sub(r"\D", "", text)
    if not _TYPED.fullmatch(text) or len(digits) < _MIN_DIGITS:
        return ()
    if "+" in text:
        starts = _with_code(digits)
    elif digits.startswith("00"):
        starts = _with_code(digits[2:])
    elif digits.startswith("0"):
        abroad = _with_code(digits[3:]) if digits.startswith("011") else []
        starts = [*_national(digits, country), *abroad]
    elif len(digits) >= _MIN_DIGITS_ALONE:
        starts = [*_national(digits, country), *_with_code(digits)]
        if digits.startswith(str(phonenumbers.country_code_for_region(country))):
            starts.reverse()
    else:
        return ()
    key = phone_key(text, country or None) if len(digits) >= _MIN_DIGITS_READ else None
    return _without_repeats([*starts, key] if isinstance(key, str) else starts)


def _with_code(digits: str) -> list[str]:
    """Return starts for digits that begin with a country code, without the trunk zero that may follow it."""
    codes = {digits[:length] for length in range(1, _MAX_CODE + 1)} - {""}
    code = next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), None)
    if code is None:
        return [f"+{digits}"] if digits and len(digits) < _MAX_CODE else []
    rest = digits[len(code) :]
    if not rest.startswith("0"):
        return [f"+{digits}"]
    without_zero = f"+{code}{rest[1:]}"
    region = phonenumbers.region_code_for_country_code(int(code))
    return [without_zero] if _trunk_prefix(region) == "0" else [f"+{digits}", without_zero]


def _national(digits: str, country: str) -> list[str]:
    code = phonenumbers.country_code_for_region(country)
    if not code:
        return []
    trunk = _trunk_prefix(country)
    if not trunk or not digits.startswith(trunk):
        return [f"+{code}{digits}"]
    starts = [f"+{code}{digits[len(trunk) :]}"]
    return starts if trunk == "0" else [*starts, f"+{code}{digits}"]


def _trunk_prefix(region: str) -> str:
    return phonenumbers.ndd_prefix_for_region(region, True) or ""


def _without_repeats(starts: list[str]) -> tuple[str, ...]:
    """Return the starts without those that others include, in the same order."""
    shorter = [one for one in starts if not any(one != other and one.startswith(other) for other in starts)]
    return tuple(dict.fromkeys(shorter))

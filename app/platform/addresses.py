"""Email addresses and phone numbers as keys: one spelling for one mailbox, one sentence for each fault.

Keys are made here and never in SQL, because Python and databases disagree on lower case outside ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# What the fast check accepts without asking email-validator (which costs twenty times as much). Every line is
# narrower than the library's own rule, so that nothing gets in here which the library would refuse:
#   whole text at most 64 characters: keeps every label under 63, the domain under 253, the address under 254;
#   local part: ASCII dot-atom, no quotes, no dot at either end, no two dots in a row;
#   domain: two labels or more of ASCII letters, digits and single hyphens inside (no "--", so no Punycode and
#   no reserved "ab--" label; no underscore), the last one letters only;
#   not below a special-use name (RFC 6761, RFC 6762, RFC 7686), which the library refuses as undeliverable.
FAST_LENGTH: Final = 64
_ATEXT = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]"
_LABEL = r"[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+"
_RESERVED = r"(?i:arpa|invalid|local|localhost|onion|test)"
_FAST = re.compile(rf"{_ATEXT}++(?:\.{_ATEXT}++)*+@(?:{_LABEL}\.)++(?!{_RESERVED}\Z)[A-Za-z]++\Z")
_fast = _FAST.match

_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\0"
_MAX_ADDRESS: Final = 254
_MAX_LIST: Final = 4096
_LIST_SEPARATOR = re.compile(r"[;,]")


class AddressProblem(Enum):
    """Why a cell is no usable address; the value is the stable slug kept with a row."""

    BLANK = "blank"
    NO_AT = "no_at"
    TWO_ATS = "two_ats"
    MANY_ATS = "many_ats"
    ODD_AT = "odd_at"
    WITH_NAME = "with_name"
    SPACE = "space"
    NO_LOCAL = "no_local"
    NO_DOMAIN = "no_domain"
    TOO_LONG = "too_long"
    DOTS = "dots"
    QUOTED = "quoted"
    IP_DOMAIN = "ip_domain"
    NO_DOT = "no_dot"
    RESERVED_DOMAIN = "reserved_domain"
    BAD_DOMAIN = "bad_domain"
    BAD_LOCAL = "bad_local"
    LIST_BROKEN = "list_broken"
    PHONE_BLANK = "phone_blank"
    PHONE_NO_NUMBER = "phone_no_number"
    PHONE_NO_COUNTRY = "phone_no_country"
    PHONE_SHORTENED = "phone_shortened"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_IMPOSSIBLE = "phone_impossible"
    PHONE_EXTENSION = "phone_extension"

    @property
    def sentence(self) -> str:
        """What a marketer reads."""
        return _SENTENCES[self.value]


FIRST_OF_SEVERAL: Final = "first_of_several"
"""The note of a row whose cell held several addresses."""

_SENTENCES: Final[dict[str, str]] = {
    "blank": "The row has no address.",
    "no_at": "The address has no @ sign.",
    "two_ats": "The address has two @ signs.",
    "many_ats": "The address has more than two @ signs.",
    "odd_at": "The address has a look-alike of the @ sign instead of the real one.",
    "with_name": "The cell holds a name as well; only the address itself may stand there.",
    "space": "The address has a space in it.",
    "no_local": "The address has nothing before the @ sign.",
    "no_domain": "The address has nothing after the @ sign.",
    "too_long": "The address is too long: 254 characters is the most that mail servers take.",
    "dots": "The address has a dot in the wrong place: at an end or next to another dot.",
    "quoted": "The address has quotation marks in it, which is not supported.",
    "ip_domain": "The address ends in a number in brackets instead of a domain name.",
    "no_dot": "The part after the @ sign has no ending such as .com.",
    "reserved_domain": "No mail reaches this domain: its ending is reserved for tests and local networks.",
    "bad_domain": "The part after the @ sign is not a valid domain name.",
    "bad_local": "The part before the @ sign has a character that cannot be in an address.",
    "list_broken": "The cell holds several entries, and not all of them are addresses.",
    "phone_blank": "The row has no phone number.",
    "phone_no_number": "This is not a phone number.",
    "phone_no_country": "The number has no country code, such as +49.",
    "phone_shortened": "A spreadsheet has shortened this number; its last digits are lost.",
    "phone_too_short": "The phone number is too short.",
    "phone_too_long": "The phone number is too long.",
    "phone_impossible": "No phone number of its country looks like this.",
    "phone_extension": "The number has an extension, so it does not belong to one person alone.",
    FIRST_OF_SEVERAL: "The cell holds several addresses; the first one is used.",
}


class EmailReading(NamedTuple):
    """What a cell holds: a key or a problem, and a note's slug when there was a choice."""

    key: str | None
    problem: AddressProblem | None
    note: str | None = None


def explain(slug: str) -> str:
    """The sentence for a problem's or a note's slug."""
    return _SENTENCES[slug]


def email_key(text: str) -> str | AddressProblem:
    """The key of one address, or why it is none.

    NFC, trimmed, domain in IDNA and lower case, local part `lower()` (not casefold: groß and gross are two
    people). Valid is what email-validator accepts without a DNS look-up.
    """
    if len(text) <= FAST_LENGTH and _fast(text):
        return text.lower()
    return _careful_email_key(text)


def first_email(cell: str) -> EmailReading:
    """Reads a cell that may hold several addresses: the first of them is used, and the note says so.

    ` ::: ` (Google's) always separates; `;` and `,` do where each part is an address.
    """
    key = email_key(cell)
    if isinstance(key, str):
        return EmailReading(key, None)
    if len(cell) <= _MAX_LIST:
        if ":::" in cell:
            return _first_of(cell.split(":::"), key, each_must_be_valid=False)
        if ";" in cell or "," in cell:
            return _first_of(_LIST_SEPARATOR.split(cell), key, each_must_be_valid=True)
    return EmailReading(None, key)


def phone_key(text: str, country: str | None) -> str | AddressProblem:
    """The number in E.164 (`+33612345678`), of several (` ::: `) the first; or why it is none.

    `country` is the account's (ISO 3166 alpha-2), for numbers written without a country code. Asks whether
    the number is possible (length), not whether its range is in use: that list is older than the numbers.
    """
    trimmed = _trim(text.partition(":::")[0])
    if not trimmed:
        return AddressProblem.PHONE_BLANK
    if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+", trimmed):
        return AddressProblem.PHONE_SHORTENED
    try:
        number = phonenumbers.parse(trimmed, country)
    except phonenumbers.NumberParseException as refusal:
        return _PARSE_PROBLEMS.get(refusal.error_type, AddressProblem.PHONE_NO_NUMBER)
    if number.extension:
        return AddressProblem.PHONE_EXTENSION
    problem = _POSSIBILITY_PROBLEMS.get(phonenumbers.is_possible_number_with_reason(number))
    if problem is not None:
        return problem
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _careful_email_key(text: str) -> str | AddressProblem:
    trimmed = _trim(text)
    if not trimmed:
        return AddressProblem.BLANK
    if len(trimmed) <= FAST_LENGTH and _fast(trimmed):
        return trimmed.lower()
    if len(trimmed) > _MAX_ADDRESS:
        return _why_refused(trimmed)
    try:
        address = validate_email(trimmed, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return _why_refused(trimmed)
    local = unicodedata.normalize("NFC", address.local_part.lower())
    return f"{local}@{address.ascii_domain}"


def _trim(text: str) -> str:
    trimmed = text.strip()
    while trimmed and (trimmed[0] in _INVISIBLE or trimmed[-1] in _INVISIBLE):
        trimmed = trimmed.strip(_INVISIBLE).strip()
    return trimmed


def _why_refused(address: str) -> AddressProblem:
    """Names the first fault a person would point at; the address is known to be refused."""
    ats = address.count("@")
    if ats == 0:
        return AddressProblem.ODD_AT if "\uff20" in address or "\ufe6b" in address else AddressProblem.NO_AT
    if ("<" in address and address.endswith(">")) or address.lower().startswith("mailto:"):
        return AddressProblem.WITH_NAME
    if '"' in address:
        return AddressProblem.QUOTED
    if ats > 1:
        return AddressProblem.TWO_ATS if ats == 2 else AddressProblem.MANY_ATS
    if any(character.isspace() for character in address):
        return AddressProblem.SPACE
    local, _, domain = address.partition("@")
    if not local:
        return AddressProblem.NO_LOCAL
    if not domain:
        return AddressProblem.NO_DOMAIN
    if len(address.encode("utf-8", "replace")) > _MAX_ADDRESS:
        return AddressProblem.TOO_LONG
    if any(".." in part or part.startswith(".") or part.endswith(".") for part in (local, domain)):
        return AddressProblem.DOTS
    if domain.startswith("[") and domain.endswith("]"):
        return AddressProblem.IP_DOMAIN
    if re.search(rf"(?:^|\.){_RESERVED}\Z", domain):
        return AddressProblem.RESERVED_DOMAIN
    if _is_valid(f"someone@{domain}"):
        return AddressProblem.BAD_LOCAL
    return AddressProblem.BAD_DOMAIN if "." in domain else AddressProblem.NO_DOT


def _is_valid(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return False
    return True


def _first_of(parts: list[str], whole: AddressProblem, *, each_must_be_valid: bool) -> EmailReading:
    entries = [part for part in map(_trim, parts) if part]
    if not entries:
        return EmailReading(None, AddressProblem.BLANK)
    first = email_key(entries[0])
    if each_must_be_valid:
        faulty = sum(not isinstance(email_key(entry), str) for entry in entries)
        if len(entries) < 2 or faulty == len(entries):
            return EmailReading(None, whole)
        if faulty:
            return EmailReading(None, AddressProblem.LIST_BROKEN)
    if not isinstance(first, str):
        return EmailReading(None, first)
    return EmailReading(first, None, FIRST_OF_SEVERAL if len(entries) > 1 else None)


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

"""One email address as its key, or why it is none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from app.platform.addresses.problems import AddressProblem
from app.platform.addresses.text import INVISIBLE, LONGEST_CELL, trimmed

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

_MAX_ADDRESS: Final = 254


def email_key(text: str) -> str | AddressProblem:
    """The key of one address, or why it is none.

    NFC, trimmed, domain in IDNA and lower case, local part `lower()` (not casefold: groß and gross are two
    people). Valid is what email-validator accepts without a DNS look-up.
    """
    if len(text) <= FAST_LENGTH and _fast(text):
        return text.lower()
    return _careful_email_key(text)


def _careful_email_key(text: str) -> str | AddressProblem:
    inner = trimmed(text[:LONGEST_CELL])
    if not inner:
        return AddressProblem.BLANK
    if len(inner) <= FAST_LENGTH and _fast(inner):
        return inner.lower()
    return _why_refused(inner) if len(inner) > _MAX_ADDRESS else _asked_of_library(inner)


@lru_cache(maxsize=1024)
def _asked_of_library(inner: str) -> str | AddressProblem:
    """Asks once for a cell, however many readings of it come down to the same address: it is dear."""
    try:
        address = validate_email(inner, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return _why_refused(inner)
    local = unicodedata.normalize("NFC", address.local_part.lower())
    return f"{local}@{address.ascii_domain}"


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
    if not INVISIBLE.isdisjoint(address):
        return AddressProblem.INVISIBLE
    if " " in address:
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

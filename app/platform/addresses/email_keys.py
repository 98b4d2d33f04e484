"""Convert one email address to its key, or diagnose why it is invalid."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from app.platform.addresses.problems import AddressProblem
from app.platform.addresses.text import INVISIBLE, MAX_CELL_LENGTH, trimmed

# Addresses that the fast path accepts without email-validator, which takes twenty times as long. Each rule is
# narrower than the library's, so the fast path accepts nothing that the library would reject:
#   whole text at most 64 characters: keeps every label under 63, the domain under 253, the address under 254;
#   local part: ASCII dot-atom, no quotes, no dot at either end, no two dots in a row;
#   domain: two labels or more of ASCII letters, digits and single hyphens inside (no "--", so no Punycode and
#   no reserved "ab--" label; no underscore), the last one letters only;
#   not below a special-use name (RFC 6761, RFC 6762, RFC 7686), which the library rejects as undeliverable.
FAST_PATH_LENGTH: Final = 64
_ATEXT = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]"
_LABEL = r"[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+"
_RESERVED = r"(?i:arpa|invalid|local|localhost|onion|test)"
_SIMPLE = re.compile(rf"{_ATEXT}++(?:\.{_ATEXT}++)*+@(?:{_LABEL}\.)++(?!{_RESERVED}\Z)[A-Za-z]++\Z")
_match_simple = _SIMPLE.match

MAX_ADDRESS: Final = 254


def email_key(text: str) -> str | AddressProblem:
    """Return the key of one address, or why it is invalid.

    The key is trimmed, NFC, and lowercase, with the domain in IDNA form. The local part uses `lower()`, not
    `casefold()`, because groß and gross are different mailboxes. An address is valid if email-validator
    accepts it without a DNS lookup.
    """
    if len(text) <= FAST_PATH_LENGTH and _match_simple(text):
        return text.lower()
    return _slow_email_key(text)


def _slow_email_key(text: str) -> str | AddressProblem:
    inner = trimmed(text[:MAX_CELL_LENGTH])
    if not inner:
        return AddressProblem.BLANK
    if len(inner) <= FAST_PATH_LENGTH and _match_simple(inner):
        return inner.lower()
    return _diagnose(inner) if len(inner) > MAX_ADDRESS else _validate_with_library(inner)


@lru_cache(maxsize=1024)
def _validate_with_library(inner: str) -> str | AddressProblem:
    """Validate with email-validator. Cached: several readings of a cell often try the same address."""
    try:
        address = validate_email(inner, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return _diagnose(inner)
    local = unicodedata.normalize("NFC", address.local_part.lower())
    return f"{local}@{address.ascii_domain}"


def _diagnose(address: str) -> AddressProblem:
    """Return the most obvious problem of an address that is known to be invalid."""
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
    if len(address.encode("utf-8", "replace")) > MAX_ADDRESS:
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

"""Pasted lists of contacts: email addresses, phone numbers, and contact ids in any mixture."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.contacts.domain.names import clean
from app.files.domain.columns.identify import Identifier
from app.platform.addresses import first_email, phone_key

MOST_PASTED = 10_000
LONGEST_ENTRY = 300
_SEPARATORS = re.compile(r"[\n\r\t,;|]+")
_ID = re.compile(r"[1-9][0-9]{0,8}")


class Entry(NamedTuple):
    """One entry as written, what it identifies contacts by, and its key (None: not understood)."""

    text: str
    identifier: Identifier = "email"
    key: str | None = None


def read_pasted(text: str, country: str = "") -> list[Entry]:
    """Return the entries of a text in order. `country` is the account's, for phone numbers without a country
    code.

    Numbers of up to nine digits without a leading zero are ids.
    """
    return [_entry(one, country) for one in _entries(text)]


def _entries(text: str) -> Iterator[str]:
    for part in _SEPARATORS.split(text):
        cleaned = clean(part[: 4 * LONGEST_ENTRY]).strip("\"'")
        words = cleaned.split()
        if all("@" in word[1:-1] for word in words):  # addresses that only spaces separate
            yield from words
        elif cleaned:
            yield cleaned


def _entry(text: str, country: str) -> Entry:
    if len(text) > LONGEST_ENTRY:
        return Entry(f"{text[:40]}…")
    if "@" in text:
        return Entry(text, "email", first_email(text).key)
    if _ID.fullmatch(text):
        return Entry(text, "contact_id", text)
    key = phone_key(text, country or None)
    return Entry(text, "phone", key if isinstance(key, str) else None)

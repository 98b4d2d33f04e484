"""Normalization of stored text, and keys of names, tags, and custom fields for search and comparison.

Keys are computed here and never in SQL, because databases disagree on accents, case, and spaces.
"""

import re
import unicodedata
import zlib
from typing import Any

MAX_TAG = 60
MAX_NAME = 120


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\u200b]+")


def clean(text: str) -> str:
    """Trim text, normalize it to NFC, and replace line breaks and other control characters with spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return " ".join(_CONTROL.sub(" ", text).split())


def name_key(text: str) -> str:
    """Return a search key: `José  García` → `jose garcia`; empty if nothing searchable is left."""
    if not text.isascii():
        text = "".join(
            part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part)
        )
    return " ".join(text.casefold().split())[:MAX_NAME]


def full_name(first: str | None, last: str | None) -> str:
    """Join first and last name, as far as they are known."""
    return " ".join(filter(None, (first, last)))


def title_of(person: Any) -> str:
    """Return the display name of a contact (record or row): full name, email address, phone number, or id."""
    name = full_name(person.first_name, person.last_name)
    return name or person.email or person.phone or f"Contact {person.id}"


def tag_problem(text: str) -> str:
    """Return why a text cannot be a tag, as a sentence; empty if it can."""
    tidy = tag_name(text)
    if not tidy or not tidy.isprintable():
        return "Enter a tag name."
    if len(tidy) > MAX_TAG or len(tag_key(tidy)) > MAX_TAG:
        return f"Tags can have up to {MAX_TAG} characters; this one has {len(tidy)}."
    return "Tags can’t contain commas." if "," in tidy else ""


def tag_name(text: str) -> str:
    """Return the tag as displayed: as written, with single spaces."""
    return " ".join(clean(text).split())


def tag_key(text: str) -> str:
    """Return the key by which tags are compared. Accents count: `resume` and `résumé` are two tags."""
    return unicodedata.normalize("NFC", tag_name(text).casefold())


def field_key(label: str) -> str:
    """Return the key of a custom field: `Größe (cm)` → `grosse_cm`. A label without Latin letters or digits
    gets a key from its checksum."""
    plain = name_key(label)
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_TAG]
    return key or f"field_{zlib.crc32(plain.encode()):08x}"

"""Texts as they are kept, and names and tags as keys to search and compare by.

Keys are made here and never in SQL, because databases disagree on accents, case and spaces.
"""

import re
import unicodedata
import zlib
from typing import Any

MAX_TAG = 60
MAX_NAME = 120


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\u200b]+")


def clean(text: str) -> str:
    """Trimmed and in NFC, without the control characters that databases refuse; line breaks become spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return " ".join(_CONTROL.sub(" ", text).split())


def name_key(text: str) -> str:
    """`José  García` → `jose garcia`; empty when nothing can be searched for."""
    if not text.isascii():
        text = "".join(
            part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part)
        )
    return " ".join(text.casefold().split())[:MAX_NAME]


def full_name(first: str | None, last: str | None) -> str:
    """First and last name in one text, as far as they are known."""
    return " ".join(filter(None, (first, last)))


def title_of(person: Any) -> str:
    """What a contact (a record or row with its columns) is called on pages: the name; without one the
    address, the phone, or the number."""
    name = full_name(person.first_name, person.last_name)
    return name or person.email or person.phone or f"Contact {person.id}"


def tag_problem(text: str) -> str:
    """Why a text can be no tag, as a sentence; empty when it can."""
    tidy = tag_name(text)
    if not tidy or not tidy.isprintable():
        return "Enter a tag name."
    if len(tidy) > MAX_TAG or len(tag_key(tidy)) > MAX_TAG:
        return f"Tags can have up to {MAX_TAG} characters; this one has {len(tidy)}."
    return "Tags can’t contain commas." if "," in tidy else ""


def tag_name(text: str) -> str:
    """The tag as it is shown: spaces tidied, as the person wrote it otherwise."""
    return " ".join(clean(text).split())


def tag_key(text: str) -> str:
    """What makes two spellings one tag. Accents count here: `resume` and `résumé` are two tags."""
    return unicodedata.normalize("NFC", tag_name(text).casefold())


def field_key(label: str) -> str:
    """`Größe (cm)` → `grosse_cm`; a label without Latin letters gets a key made of its checksum."""
    plain = name_key(label)
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_TAG]
    return key or f"field_{zlib.crc32(plain.encode()):08x}"

"""Ids as text: public ids and integer keys.

Public ids are UUIDv7 (RFC 9562, section 5.7), which sort by creation time. They are generated here because
Python 3.11, SQLite, and PostgreSQL before 18 cannot.
"""

import os
import time
from uuid import UUID

HIGHEST_ID = 2**63 - 1
"""The largest value of an integer key column in both databases."""


def new_public_id() -> str:
    """Return a new UUIDv7 in its canonical form of 36 characters."""
    stamp = time.time_ns() // 1_000_000
    value = int.from_bytes(stamp.to_bytes(6, "big") + os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


def is_public_id(text: str) -> bool:
    """Return True if `text` is a UUID in canonical form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def number_of(text: str) -> int | None:
    """Parse an integer key, 1 to HIGHEST_ID, in decimal digits; None for any other text."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0")
    number = int(digits) if 0 < len(digits) < 20 else 0
    return number if 0 < number <= HIGHEST_ID else None

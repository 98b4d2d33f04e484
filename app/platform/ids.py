"""Ids as texts: public ones, and the numbers of rows.

Public ids are UUIDv7 (RFC 9562, section 5.7), so that they sort by the time they were made. They are made
here because Python 3.11, SQLite and PostgreSQL before 18 have none.
"""

import os
import time
from uuid import UUID

HIGHEST_ID = 2**63 - 1
"""The highest number that a column of ids can hold, in both databases."""


def new_public_id() -> str:
    """A fresh UUIDv7 in its usual 36 characters."""
    stamp = time.time_ns() // 1_000_000
    value = int.from_bytes(stamp.to_bytes(6, "big") + os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


def is_public_id(text: str) -> bool:
    """Whether `text` is the canonical form of a UUID: anything else cannot be an id of ours."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def number_of(text: str) -> int | None:
    """The id that a text writes in decimal digits, 1 to HIGHEST_ID; None for anything else."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0")
    number = int(digits) if 0 < len(digits) < 20 else 0
    return number if 0 < number <= HIGHEST_ID else None

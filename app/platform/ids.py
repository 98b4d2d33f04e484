"""Public ids: UUIDv7 (RFC 9562, section 5.7), so that they sort by time of birth.

Made here because Python 3.11, SQLite and PostgreSQL before 18 have none.
"""

import os
import time
from uuid import UUID


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

"""Passwords that are in lists of leaked ones, kept as the beginnings of their SHA-256, without a network.

The file is sorted, so it is searched as it is: it takes 230 KB of a process and 16 comparisons. It is made by
`python -m ops.leaked_passwords`; vendor/README.md says of what.
"""

import hashlib
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent / "vendor" / "leaked_passwords.bin"
LENGTH: Final = 5
"""Bytes of each hash that are kept: of a hundred million other passwords, four are taken for leaked ones."""


def is_leaked(normal: str) -> bool:
    """Return whether a password, in its normal form, is in the lists; capital letters make no difference."""
    kept, wanted = _kept(), digest_of(normal)
    places = range(len(kept) // LENGTH)
    place = bisect_left(places, wanted, key=lambda at: _at(kept, at))
    return place < len(places) and _at(kept, place) == wanted


def digest_of(normal: str) -> bytes:
    """Return what the file has of a password."""
    return hashlib.sha256(normal.casefold().encode()).digest()[:LENGTH]


def _at(kept: bytes, place: int) -> bytes:
    return kept[place * LENGTH : (place + 1) * LENGTH]


@lru_cache(maxsize=1)
def _kept() -> bytes:
    return FILE.read_bytes()

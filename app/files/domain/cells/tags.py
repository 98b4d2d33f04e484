"""Parsing of cells with tags."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 4096
_SEPARATORS: Final = re.compile(r":::|[,;|\r\n]")
_AROUND: Final = " \t\r\n\"'*“”„[]"
_OWN_OF_GOOGLE: Final = "myContacts"


def tags_of(cell: str) -> list[str]:
    """Return the distinct tags of a cell in order: `VIP; Lead`, `"VIP","Lead"`, `* myContacts ::: VIP`."""
    parts = (part.strip(_AROUND) for part in _SEPARATORS.split(cell[:_LONGEST]))
    tidy = (" ".join(part.split()) for part in parts)
    return list(dict.fromkeys(part for part in tidy if part and part != _OWN_OF_GOOGLE))

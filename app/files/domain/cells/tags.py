"""The tags of a cell."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 4096
_SEPARATORS: Final = re.compile(r":::|[,;|\r\n]")
_AROUND: Final = " \t\r\n\"'*“”„[]"
_OWN_OF_GOOGLE: Final = "myContacts"


def tags_of(cell: str) -> list[str]:
    """The tags of a cell, in order and once each: `VIP; Lead`, `"VIP","Lead"`, `* myContacts ::: VIP`."""
    parts = (part.strip(_AROUND) for part in _SEPARATORS.split(cell[:_LONGEST]))
    tidy = (" ".join(part.split()) for part in parts)
    return list(dict.fromkeys(part for part in tidy if part and part != _OWN_OF_GOOGLE))

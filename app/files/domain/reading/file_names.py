"""The name of an uploaded file as people see it. It is shown and never used as a path."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 255
NAMELESS: Final = "contacts.csv"


def shown_name(given: str | None) -> str:
    """The last part of what the browser said, without characters that hide or turn text, at most LONGEST."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if character.isspace() else character for character in last if _is_visible(character))
    name = unicodedata.normalize("NFC", " ".join(plain.split())).strip(". ")
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        tail = dot + ending if stem and len(ending) < 10 else ""
        name = name[: LONGEST - len(tail) - 1] + "…" + tail
    return name or NAMELESS


def _is_visible(character: str) -> bool:
    """No control characters, no marks that turn the direction of writing, no halves of characters."""
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
